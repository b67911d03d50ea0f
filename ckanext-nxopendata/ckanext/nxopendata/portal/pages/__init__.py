"""The pages of the portal that CKAN does not have."""
