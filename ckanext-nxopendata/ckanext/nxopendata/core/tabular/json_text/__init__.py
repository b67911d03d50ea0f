"""JSON texts as records: the shapes in which portals and programs write tables."""
