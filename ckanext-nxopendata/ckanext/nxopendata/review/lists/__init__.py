"""The lists that the plan asks for."""
