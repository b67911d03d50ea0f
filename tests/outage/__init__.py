"""What the site does when a process or a service of it falls; the services stopped are those of the tests alone."""
