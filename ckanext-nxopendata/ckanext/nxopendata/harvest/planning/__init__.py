"""What a run would do, decided from what is known and what was read."""
