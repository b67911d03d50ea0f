"""What an operator runs on a server of their own: backup and restore. Needs Python and PostgreSQL's client only."""
