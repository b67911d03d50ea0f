"""Pages of safety: the board of the office and of departments, the checks of a dataset's files."""
