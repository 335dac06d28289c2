"""What the application needs of the world, as protocols; adapters and `lifecert_vision` implement them."""
