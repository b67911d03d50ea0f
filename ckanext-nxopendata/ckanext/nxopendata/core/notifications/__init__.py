"""Notices to people, in the site and by mail."""
