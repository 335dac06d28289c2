"""Files that are read whole, or refused."""
