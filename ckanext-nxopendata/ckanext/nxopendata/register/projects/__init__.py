"""Filing of projects."""
