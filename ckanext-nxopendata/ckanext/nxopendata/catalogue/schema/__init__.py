"""The rules that a dataset must keep, as plain functions, and the words of what is wrong."""
