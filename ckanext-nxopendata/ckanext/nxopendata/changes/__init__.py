"""What changed in the portal: a feed that other portals follow, and webhooks that tell them at once."""
