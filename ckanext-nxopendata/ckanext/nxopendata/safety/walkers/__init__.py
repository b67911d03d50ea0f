"""Walkers: every place of a file where text may stand, the hidden ones too, within budgets. Pure: no CKAN."""
