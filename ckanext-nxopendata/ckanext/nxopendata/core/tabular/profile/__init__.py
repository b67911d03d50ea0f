"""The profile of a table's columns, made while it is loaded.

column     what a column holds, in one pass and in bounded memory
distinct   how many different values (HyperLogLog)
roles      what a column is for: key, time, place, indicator, measure …, and what may be done with its amounts
checks     whether values are what they look like: check digits, days that exist, codes of a list
"""
