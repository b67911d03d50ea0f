"""Where the table stands on a sheet: rows above, header, data, totals and notes; every row set aside is kept."""
