"""Which systems merge into which."""
