"""Signing in: how long a session lasts, what ends it, and how often somebody may try a password."""
