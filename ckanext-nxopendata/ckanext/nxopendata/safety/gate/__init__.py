"""The gate: what was not examined, or must not become public, is closed to the public by every way."""
