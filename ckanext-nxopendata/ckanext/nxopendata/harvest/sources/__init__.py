"""The catalogues that are harvested, and their settings."""
