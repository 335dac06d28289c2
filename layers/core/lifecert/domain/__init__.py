"""The rules of the life certificate as pure Python: no AWS, no HTTP, no clock, standard library only."""
