"""The standards as data: dataset schemas, code lists, licences, mappings and forms. No code lives here."""
