"""What the public sees of cases: an anonymous register, figures by department, demands and votes, reuses."""
