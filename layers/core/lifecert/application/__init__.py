"""The use cases, one module each. They know ports, never AWS or HTTP."""
