"""How sure it is who applies: addresses that were confirmed, organisations that the office confirmed."""
