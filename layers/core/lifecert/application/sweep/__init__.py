"""The nightly run: plan, work, close."""
