"""Treatment: a new file beside the one that stays closed, by a recipe that is kept and followed again."""
