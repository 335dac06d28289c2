"""What several use cases share; none of them is a use case."""
