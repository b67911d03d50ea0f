"""What the search adds to the index document of a dataset."""
