"""How files are sent to readers."""
