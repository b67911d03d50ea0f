"""What stays of a dataset that was withdrawn: that it was, when, why and by whom."""
