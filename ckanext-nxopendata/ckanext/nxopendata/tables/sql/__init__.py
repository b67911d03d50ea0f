"""SQL with an address: one SELECT over public tables, in a limited process that has nothing but their rows.

statement    what may be asked, and the asking (in the limited process)
columns_file the rows of a table as the process reads them     sources  the tables that a statement names
result       what comes back, as page, CSV, JSON and chart     writing  SQL for a filter, and for a join
"""
