"""Delimited texts: their encoding by evidence, their dialect by score, their records with what is wrong in them."""
