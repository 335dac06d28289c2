"""The composition root, by area: the only place that puts real adapters behind the ports."""
