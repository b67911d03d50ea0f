"""The only reader of what people upload. Plain modules: nothing here imports CKAN.

    reader             what the rooms call: ``read`` (a whole form), ``read_beginning`` (some first rows),
                       ``open_sheets`` (a whole file, row by row)
    sheets, cells      what comes of it: sheets of rows, cells as text
    encoding           in which encoding a text is
    delimited          its delimiter and its rows
    spreadsheet        xlsx, xls, et, ods
    json_objects       JSON, JSON Lines; geojson: the features of a collection
    header_detection   where the table stands on a sheet
    sandbox            a process with limits, for all that is not read as a stream
    errors             why a file cannot be read
    csv_out            writes CSV that no spreadsheet program runs

Detection of dialects belongs to ``delimited.Dialect``, a plan of what to read to ``reader``, a profile of columns to a
module of its own beside ``header_detection``.
"""
