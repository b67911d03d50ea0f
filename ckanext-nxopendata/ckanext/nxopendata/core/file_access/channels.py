"""By what a grant is delivered: as files, by the rows of their tables, or by either. Imports nothing of CKAN."""

from __future__ import annotations

FILE, TABLE, BOTH = "file", "table", "both"
CHANNELS = (FILE, TABLE, BOTH)
