"""What a sweep costs, measured on registers of ten thousand to a million people: `make bench-scale`."""
