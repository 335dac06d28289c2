"""What clerks do, and what comes to the office from outside."""
