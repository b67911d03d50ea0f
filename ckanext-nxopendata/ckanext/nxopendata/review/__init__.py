"""Review and publication: a department's datasets, and every change of them, before the public sees them."""
