"""Telling people in time."""
