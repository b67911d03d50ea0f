"""The profiles of tables' columns: made by the workers while a file is loaded, kept by the file's content."""
