"""Where the table stands in a file, and its columns."""
