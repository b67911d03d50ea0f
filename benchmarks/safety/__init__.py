"""Measurement of the safety check on synthetic files."""
