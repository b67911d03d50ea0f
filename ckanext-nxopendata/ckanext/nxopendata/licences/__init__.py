"""What may be done with the data: licences as ODRL policies."""
