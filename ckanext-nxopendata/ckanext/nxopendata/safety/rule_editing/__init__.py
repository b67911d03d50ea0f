"""The province's own rules, edited on a page by the office."""
