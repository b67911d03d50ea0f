"""Agreements on conditional datasets, and who may have which file."""
