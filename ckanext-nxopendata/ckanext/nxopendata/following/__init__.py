"""Favourites, saved searches, and subscriptions by e-mail."""
