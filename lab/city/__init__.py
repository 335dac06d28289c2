"""A made-up city that is imported and lives a year, and whose payers must agree with it to the day: `make city`."""
