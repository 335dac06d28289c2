"""What `make check` and `make audit` ask of dependencies."""
