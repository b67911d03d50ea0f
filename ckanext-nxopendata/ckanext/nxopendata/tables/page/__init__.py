"""What the page of a file shows of its table: rows, filters, a chart, a map, downloads, examples."""
