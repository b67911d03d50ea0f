"""Connection to the sharing platforms: board and funding rule."""
