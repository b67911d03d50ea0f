"""Working days: the table of holidays, kept in the site or shipped, and counting by it."""
