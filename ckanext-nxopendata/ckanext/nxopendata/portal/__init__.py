"""The public pages and how they look."""
