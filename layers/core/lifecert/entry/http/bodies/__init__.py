"""Requests and answers, strict, by area."""
