"""The ledger of the plan (台账, 三（二）): changed tasks, units' own steps, notices, what was sent to the State."""
