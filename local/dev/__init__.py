"""The stack of `make dev`, and what its clients, operators and `sam local` are given."""
