"""Messages of readers: cases whose form stands on a dataset's page, and whose writer needs no account."""
