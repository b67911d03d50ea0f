"""The results of a search: page, files, feeds."""
