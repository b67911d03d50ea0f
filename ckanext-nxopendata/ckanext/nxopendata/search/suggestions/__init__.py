"""What a reader who types may want, and what a mistyped query was meant to be."""
