"""Runs from their beginning to their end."""
