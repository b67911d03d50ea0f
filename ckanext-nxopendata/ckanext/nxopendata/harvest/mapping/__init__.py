"""From a source's words to ours, by the tables in ``schemas/mappings``."""
