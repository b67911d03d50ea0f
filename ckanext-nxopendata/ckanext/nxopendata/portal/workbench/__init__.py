"""The page that a department's officer begins the day with."""
