"""Code lists as pages, SKOS and CSV."""
