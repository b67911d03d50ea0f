"""The basket of files and the bundle made of it."""
