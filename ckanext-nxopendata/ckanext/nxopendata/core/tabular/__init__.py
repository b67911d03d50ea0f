"""The only reader of what people upload. Plain modules: nothing here imports CKAN.

reader             what the rooms call: ``read`` (a whole form), ``read_beginning`` (some first rows),
                   ``open_sheets`` (a whole file, row by row)
table, plan        the table of a file, and the plan by which it is read: found, or given and obeyed
sheets, cells      what comes of it: sheets of rows, cells as text
encoding           in which encoding a text is
delimited, text    its dialect by score, its rows, what is wrong in them
spreadsheet        xlsx, xls, et, ods; workbook: xlsx as it shows, number formats, markup named xls, packed files
json_objects       JSON, JSON Lines; json_text: how it is written, the shapes of documents, features, statistical cubes
layout             where the table stands on a sheet: header, rows set aside, totals
values             what cells look like, dates, the type of a column
sandbox            a process with limits, for all that is not read as a stream
errors             why a file cannot be read
csv_out            writes CSV that no spreadsheet program runs
"""
