"""Tables that name people without naming them: quasi-identifiers, k and l, small cells, linkage, thresholds."""
