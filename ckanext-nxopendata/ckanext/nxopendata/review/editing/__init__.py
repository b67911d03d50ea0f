"""What the review changes in CKAN's own reading and writing of datasets."""
