"""Bulk work: one step, or one edit of fields, for many datasets at once; previewed, told item by item, undone."""
