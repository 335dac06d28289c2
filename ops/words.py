"""How operators' tools say numbers."""


def counted(count: int, one: str, several: str) -> str:
    """A number with the noun that goes with it: `1 person`, `2 people`, `1,000 people`."""
    return f"{count:,} {one if count == 1 else several}"


def people(count: int) -> str:
    """So many people."""
    return counted(count, "person", "people")
