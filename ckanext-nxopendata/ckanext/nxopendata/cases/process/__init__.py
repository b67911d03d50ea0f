"""Cases on their way: received, moved by those whose turn it is, answered in time."""
