"""What the page of a dataset shows beside CKAN's own."""
