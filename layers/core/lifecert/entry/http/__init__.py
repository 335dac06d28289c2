"""The REST API, as a function sees it."""
