"""A table in other formats: text formats, workbook, Parquet, and CKAN's dump with the headers of the file."""
