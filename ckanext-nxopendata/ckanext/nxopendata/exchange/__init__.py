"""The catalogue in and out: DCAT, workbook, XML, imports, code lists."""
