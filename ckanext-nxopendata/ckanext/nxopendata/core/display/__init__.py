"""How values are shown on the pages of every room."""
