"""ODRL 2.2 policies: read, evaluated, combined."""
