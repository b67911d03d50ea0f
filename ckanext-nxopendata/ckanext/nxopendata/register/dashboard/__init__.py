"""What the office and each department look at every day."""
