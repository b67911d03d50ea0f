"""Datasets whose update is missing."""
