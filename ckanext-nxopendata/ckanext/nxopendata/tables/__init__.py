"""Files as tables: loading, queries, charts, maps, downloads."""
