"""Letters about cases, to be printed, stamped and kept: what was decided, on which basis, and what can be done."""
