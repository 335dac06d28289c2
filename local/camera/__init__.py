"""Frames that answer a challenge, drawn from a portrait."""
