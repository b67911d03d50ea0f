"""Who applies: an account with an address that was confirmed, and an organisation that the office confirmed."""
