"""What rooms know against publishing a dataset or serving a file of it."""
