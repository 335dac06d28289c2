"""Certifying by face: start, verify, look at what came of it."""
