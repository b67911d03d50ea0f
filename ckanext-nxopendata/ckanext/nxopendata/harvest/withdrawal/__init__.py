"""Datasets that left their source: kept, out of searches, restorable."""
