"""Cells of CSV files that no spreadsheet program runs (OWASP, CSV injection). Plain module."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these is taken for a formula."""


def safe(text: str) -> str:
    """The cell, kept from being run by an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def bare(text: str) -> str:
    """The cell as it was before :func:`safe`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
