"""The whole system on one machine: a one-process local AWS, and the real template deployed into it."""
