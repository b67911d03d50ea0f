"""What pages show of a table: the page of a file, and the first screen of a dataset."""
