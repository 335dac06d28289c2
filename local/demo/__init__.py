"""The whole story, told on the local stack: `make demo`."""
