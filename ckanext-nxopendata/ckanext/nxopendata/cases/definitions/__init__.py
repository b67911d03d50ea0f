"""Kinds of cases as data: what they are, how they are read and checked, and their clock. Imports nothing of CKAN."""
