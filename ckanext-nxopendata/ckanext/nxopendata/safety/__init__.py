"""Safety: nothing becomes public with a person's data, a state secret or a password in it."""
