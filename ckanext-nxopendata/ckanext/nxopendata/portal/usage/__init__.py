"""How the site is used: counted, kept by day, shown."""
