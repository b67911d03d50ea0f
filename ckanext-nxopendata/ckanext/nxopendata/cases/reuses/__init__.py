"""Reuses that are shown: whether their addresses answer, and what readers report about them."""
