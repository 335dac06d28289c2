"""Everything that measures. Nothing of the product depends on it."""
