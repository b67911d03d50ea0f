"""Clean-up of inactive systems: signs, proposals, decisions."""
