"""The row of a run from its creation to its end: decisions, plan, closing, recovery, retention. Commits nothing."""
