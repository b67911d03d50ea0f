"""Several tables of one file: each but the first is a resource of its own, whose rows come from the stored file."""
