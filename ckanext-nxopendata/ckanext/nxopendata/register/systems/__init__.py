"""Government systems and their entries."""
