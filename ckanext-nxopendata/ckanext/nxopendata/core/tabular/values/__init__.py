"""What cells look like, and the type of a column that loses none of them."""
