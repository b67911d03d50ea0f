"""How processes keep out of each other's way, and wait for a service that does not answer."""
