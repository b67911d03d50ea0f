"""Sign-offs by two persons, safety officers, recalls."""
