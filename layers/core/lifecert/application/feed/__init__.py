"""What payers get: events and change files."""
