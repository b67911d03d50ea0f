"""The calendar that deadlines go by: an operator's own, else the file's, else the one shipped."""

from __future__ import annotations

import ckan.model as model
from ckan.model.system_info import SystemInfo, delete_system_info, set_system_info

from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.core import workdays

KEY = "ckanext.nxopendata.catalogue.workdays"
"""CKAN's ``system_info`` keeps the operator's table under this key."""


def text() -> str:
    """The table in use: lines of ``day,working,name``."""
    return _stored() or workdays.text(config.workdays_file())


def calendar() -> workdays.Calendar:
    """The calendar in use."""
    return workdays.parsed(text())


def own() -> bool:
    """Whether the operator keeps a table in the site."""
    return bool(_stored())


def _stored() -> str | None:
    # CKAN's own get_system_info commits the session, amid whatever is being decided.
    return model.Session.query(SystemInfo.value).filter_by(key=KEY).scalar()


def keep(lines: str) -> workdays.Calendar:
    """Use this table from now on; an empty one goes back to the file.

    Raises:
        workdays.MalformedCalendar: with the number of the line; nothing is changed.
    """
    if not lines.strip():
        delete_system_info(KEY)
        return calendar()
    found = workdays.parsed(lines.strip() + "\n")
    set_system_info(KEY, lines.strip() + "\n")
    return found
