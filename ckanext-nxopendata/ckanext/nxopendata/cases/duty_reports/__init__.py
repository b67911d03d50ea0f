"""How duties of permissions are done, and reminded of."""
