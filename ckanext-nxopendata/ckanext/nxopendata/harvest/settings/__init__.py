"""What the settings of a source mean for its harvest, and its encrypted credentials."""
