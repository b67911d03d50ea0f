"""The official tables 1-5 of the plan: layout, content, and the ways they are printed."""
