"""The reading plan of a file: shown to its department, changed by it, kept for the next version."""
