"""Wiring of the licences room."""

from ckan import plugins as p


class NxOpendataLicencesPlugin(p.SingletonPlugin):
    pass
