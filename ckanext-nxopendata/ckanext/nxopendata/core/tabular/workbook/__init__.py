"""Workbooks as they show: parts of xlsx files, number formats, web pages and XML under the name of a workbook."""
