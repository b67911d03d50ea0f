"""Files become tables: which, how one is loaded, what becomes of loads that were cut off."""
