"""The calendar of working days in use: the one kept in the site, else the configured file, else the one shipped."""

from __future__ import annotations

import ckan.model as model
from ckan.model.system_info import SystemInfo, delete_system_info, set_system_info

from ckanext.nxopendata.core import config
from ckanext.nxopendata.core.calendar import workdays

KEY = "ckanext.nxopendata.catalogue.workdays"
"""CKAN's ``system_info`` keeps the operator's table under this key."""


def text() -> str:
    """Return the table in use: lines of ``day,working,name``."""
    return _stored() or workdays.read_file(config.workdays_file())


def calendar() -> workdays.Calendar:
    """Return the calendar in use."""
    return workdays.parse(text())


def is_kept_in_site() -> bool:
    """Return whether the operator keeps a table in the site."""
    return bool(_stored())


def _stored() -> str | None:
    # CKAN's own get_system_info commits the session, amid whatever is being decided.
    return model.Session.query(SystemInfo.value).filter_by(key=KEY).scalar()


def save(lines: str) -> workdays.Calendar:
    """Keep a table in the site, and use it from now on; an empty one goes back to the file.

    Raises:
        workdays.CalendarError: with the number of the line; nothing is changed.
    """
    if not lines.strip():
        delete_system_info(KEY)
        return calendar()
    saved = workdays.parse(lines.strip() + "\n")
    set_system_info(KEY, lines.strip() + "\n")
    return saved
