"""How fast and how large: the built layers measured as whole processes, in figures that others can read (JSON)."""
