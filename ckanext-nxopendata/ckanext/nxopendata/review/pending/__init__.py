"""Pending changes of published datasets: what they hold, and how they differ from the live version."""
