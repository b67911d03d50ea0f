"""Systems and projects alike: the fields of their schemas, and writing them."""
