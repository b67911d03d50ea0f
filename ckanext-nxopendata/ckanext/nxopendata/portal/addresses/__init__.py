"""Addresses with an ending: datasets and files as programs ask for them."""
