"""A user's notices."""
