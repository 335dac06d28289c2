"""The ports on AWS. Clients are passed in; nothing happens at import."""
