"""The container image of the functions that look at photos: `make image` (docs/adr/0070)."""
