"""Notices to the public."""
