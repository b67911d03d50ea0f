"""Imports of a department's catalogue: plan, then write."""
