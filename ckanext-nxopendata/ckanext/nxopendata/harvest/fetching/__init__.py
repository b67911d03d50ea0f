"""The guarded HTTP client of the harvest."""
