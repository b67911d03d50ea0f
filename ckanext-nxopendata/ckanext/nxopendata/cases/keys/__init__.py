"""Keys by which systems take what was granted: each is one system's, and is rotated without a gap."""
