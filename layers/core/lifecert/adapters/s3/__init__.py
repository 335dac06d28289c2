"""Photos, reports, change files and imports, in S3."""
