"""Wiring of the harvest room."""

from ckan import plugins as p


class NxOpendataHarvestPlugin(p.SingletonPlugin):
    pass
