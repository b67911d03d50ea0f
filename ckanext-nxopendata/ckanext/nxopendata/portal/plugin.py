"""Wiring of the portal room."""

from ckan import plugins as p


class NxOpendataPortalPlugin(p.SingletonPlugin):
    pass
