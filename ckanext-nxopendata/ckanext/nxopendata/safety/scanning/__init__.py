"""Examining files: from the command line, by actions, by workers; verdicts are kept by what a file holds."""
