"""Template helpers of the pages about the sources of data."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

KINDS = {"title": _("Equal titles"), "items": _("The same data items")}


def nx_overlap_kind(kind: str) -> str:
    """In which way datasets of several departments overlap."""
    return str(KINDS[kind])
