"""Departments and groups as CKAN's organizations and groups."""
