"""What readers say about datasets, and what departments answer."""
