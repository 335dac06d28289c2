"""Attacks that can be computed, and pictures spoilt in known ways: who passes, and which cause is named."""
