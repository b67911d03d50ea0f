"""The review itself: cases, their states and steps, their log, and what people are told."""
