"""The chart that the page of a dataset shows of a table: chosen by its department, else by the rules."""
