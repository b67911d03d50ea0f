"""Who supports a demand: one vote an account, and what becomes of the votes when demands are merged."""
