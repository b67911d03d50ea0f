"""What rooms know against publishing a dataset."""
