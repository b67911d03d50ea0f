"""What the form of a dataset does for who fills it: sections, what is still missing, data items from a file."""
