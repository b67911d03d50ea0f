"""Datasets, departments and groups in several languages."""
