"""What a dataset and a department are: fields, validators, filing rules, addresses, index."""
