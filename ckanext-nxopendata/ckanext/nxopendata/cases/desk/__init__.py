"""Pages of those who take part: forms, one's own cases, what a department answers, the office's board."""
