"""Reference photos and templates: enrolment, consent, duplicates, deletion."""
