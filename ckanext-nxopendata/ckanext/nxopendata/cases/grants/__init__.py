"""Grants of some columns and rows: the one way by which they are given, cut, counted and written down."""
