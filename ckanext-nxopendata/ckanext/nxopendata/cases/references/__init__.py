"""What a case names: a place in a dataset, a change of it, another case; and the marks at those places."""
