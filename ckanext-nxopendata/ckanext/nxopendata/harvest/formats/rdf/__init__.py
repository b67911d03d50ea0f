"""RDF documents as the descriptions of their datasets.

A document is kept as lines of N-Triples, not as terms (:mod:`.graphs`): whether a description has changed is told by
its lines, and only of a changed one the tree is built (:mod:`.descriptions`).
"""
