"""How files are added to cases, taken away and sent."""
