"""What every answer tells browsers to refuse: scripts and styles that are not the site's, frames, guesses of types."""
