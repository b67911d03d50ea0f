"""Recognisers: what is a person's number, a secret, a column of names. Pure: no CKAN, no files."""
