"""The steps of a run's plan: claimed by the chunk, written, indexed, taken back. Commits nothing."""
