"""The tasks of the plan."""
