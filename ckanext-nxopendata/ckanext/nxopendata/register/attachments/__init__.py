"""Files attached to what the register keeps: approvals, plans, evidence."""
