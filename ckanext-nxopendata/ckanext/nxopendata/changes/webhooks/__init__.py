"""Addresses that are told of changes of public datasets."""
