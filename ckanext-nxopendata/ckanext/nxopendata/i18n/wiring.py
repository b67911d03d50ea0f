"""How CKAN finds the catalogues: inherit :class:`CentralTranslation` in exactly one plugin."""

from __future__ import annotations

from ckan.lib.plugins import DefaultTranslation

from ckanext.nxopendata.i18n import catalogues


class CentralTranslation(DefaultTranslation):
    """ITranslation for the one built catalogue of all rooms.

    CKAN's default looks for ``i18n/`` in the third package of the plugin's module, which is the room's own
    folder, and names the domain after the plugin; both are central here.
    """

    def i18n_directory(self) -> str:
        """The folder that holds ``ckanext-nxopendata.pot`` and ``<locale>/LC_MESSAGES/``."""
        return str(catalogues.HERE)

    def i18n_domain(self) -> str:
        """The file name of the built catalogue, without its ending."""
        return catalogues.DOMAIN

    def i18n_locales(self) -> list[str]:
        """The languages we translate into (English is the language of the msgids)."""
        return [catalogues.LOCALE]
