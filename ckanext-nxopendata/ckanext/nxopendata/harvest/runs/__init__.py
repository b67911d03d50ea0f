"""Runs from their beginning to their end: life cycle, execution, undo."""
