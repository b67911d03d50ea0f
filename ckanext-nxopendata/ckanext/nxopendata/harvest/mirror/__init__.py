"""Copies of the departments' files, and their earlier versions."""
