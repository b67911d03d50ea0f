"""The catalogue workbook of the 1272 guide, read and written."""
