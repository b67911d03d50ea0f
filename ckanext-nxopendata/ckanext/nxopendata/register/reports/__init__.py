"""Monthly and annual reports."""
