"""The words of what is wrong in a table, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

TEXTS: Mapping[str, LazyString | str] = {
    "missing": _("{column} is empty: fill it in"),
    "frequency": _('"{value}" is no frequency of use: choose one of {choices}'),
    "bad_date": _('"{value}" is not a date: write 2015, 2015-06 or 2015-06-01'),
    "future": _("The date must not be in the future"),
    "formula": _("The cell shows {value}: write the value itself instead of the formula"),
    "name_too_long": _("The name is longer than {most} characters: put the rest into the function"),
    "twice": _("The same system already stands in row {row}: remove one of the two"),
    "other_department": _('"{value}" is another department; this is the table of {department}'),
    "no_group": _("No line above says whether it is kept, merged or cleared away: put it under its group"),
    "unknown_system": _("There is no such system in the register: enter it in table 1 first"),
    "unknown_unit": _('"{value}" is no department of this site: write its full name'),
    "unit_twice": _("The same department already stands in row {row}: remove one of the two"),
    "unit_differs": _("Row {row} of {sheet} says otherwise: write the same in both"),
    "unit_type": _('"{value}" is no type of unit: choose one of {choices}'),
    "bad_number": _('"{value}" is no whole number: write digits only, such as 86'),
    "bad_phone": _("This is no telephone number: write it such as 0951-6041234 or 13800000000"),
    "too_long": _("The text is longer than {most} characters: shorten it"),
    "disposed": _("This system was disposed of: remove the row, or give the new system another name"),
    "count": _("The line says {said}, but {found} rows follow"),
    "rule": "{message}",
    "broken": _("The file cannot be read ({reason}): save it again as .xlsx"),
    "too_large": _("The file unpacks to more than {reason}: remove empty rows and pictures"),
    "too_many_cells": _("The file has more than {reason} cells: split it, and clear what stands far from the table"),
    "costly": _(
        "Reading the file takes more time or memory than there is for it: clear what stands far from the tables, or "
        "split it"
    ),
    "password": _("The file is protected by a password: save it without one"),
    "encoding": _("The character encoding cannot be told: save the file as UTF-8 or GB 18030"),
    "no_table": _(
        "No sheet has the head of the tables: tables 1-3 need at least the columns name, function and scope, "
        "tables 4 and 5 the department and three more"
    ),
}
"""Code of a problem -> its text."""


def text(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong and what to do."""
    return str(TEXTS[code]).format(**params)
