"""Exploring a table: the values of a column with their counts, their distribution, one row by its address.

facets       counts and distributions       column_menu  what the page offers for a column
histogram    the picture of a distribution  row_detail   one row
"""
