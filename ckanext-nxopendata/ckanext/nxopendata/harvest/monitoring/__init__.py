"""How the harvest fares: metrics, notices, verification of the index."""
