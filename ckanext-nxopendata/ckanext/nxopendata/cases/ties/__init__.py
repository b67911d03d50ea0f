"""What those who follow a dataset learn of its cases: its files are withheld or given again, its data is granted."""
