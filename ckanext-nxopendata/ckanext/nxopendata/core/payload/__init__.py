"""What callers of actions send: its types, validators of single values, and refusals in words."""
