"""What a dataset declares of its columns, beside what its files hold."""
