"""The feed of what changed among the public datasets, for other portals to follow."""
