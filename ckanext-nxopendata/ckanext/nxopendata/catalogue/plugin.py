"""Wiring of the catalogue room."""

from ckan import plugins as p


class NxOpendataCataloguePlugin(p.SingletonPlugin):
    pass
