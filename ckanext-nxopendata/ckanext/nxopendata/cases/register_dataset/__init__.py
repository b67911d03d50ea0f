"""The public register of cases as a dataset of the catalogue, whose files follow the register by themselves."""
