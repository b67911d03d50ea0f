"""The words of what is wrong in a workbook or an XML package, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core.errors.messages import fill

TEXTS: Mapping[str, LazyString | str] = {
    "missing": _("{column} is empty: fill it in"),
    "unknown_code": _('"{value}" is not in the list of {column}: choose one of the listed values'),
    "bad_date": _('"{value}" is not a date: write it as 2024-05-31'),
    "not_a_number": _('"{value}" is not a number: write digits only, without unit'),
    "twice": _("The same dataset already stands in row {row}: remove one of the two"),
    "filled_down": _(
        "This row was drawn down from row {row}: only the number at the end of the title differs. Remove it, or give "
        "it its own title and content"
    ),
    "formula": _("The cell shows {value}: write the value itself instead of the formula"),
    "unread_column": _('The column "{value}" is not read: its head is not one of the template, or stands there twice'),
    "unread_sheet": _("This sheet is not read: it has not the header of the template"),
    "provider_other": _('The provider is "{value}", but this is the catalogue of "{department}"'),
    "rule": "{message}",
    "broken": _("The file cannot be read ({reason}): save it again as .xlsx"),
    "too_large": _("The file unpacks to more than {reason}: remove empty rows and pictures"),
    "too_many_cells": _("The file has more than {reason} cells: split it, and clear what stands far from the table"),
    "too_many_datasets": _("The file has more than {reason} datasets: split it"),
    "costly": _(
        "Reading the file takes more time or memory than there is while somebody waits: let it be read in the "
        "background, or split it"
    ),
    "password": _("The file is protected by a password: save it without one"),
    "interrupted": _("The work was interrupted: send the file again; what was written already is recognised"),
    "failed": _("The file could not be worked on: tell the administrator; the log has the reason"),
    "encoding": _("The character encoding cannot be told: save the file as UTF-8 or GB 18030"),
    "no_header": _("No sheet has the header of the template; it needs at least: {columns}"),
    "not_allowed": _("You may not change this dataset"),
    "not_written": _("The database refuses this dataset: tell the administrator; the log has the reason"),
    "xml_broken": _("The XML is broken at line {line}: {reason}"),
    "xml_doctype": _("The XML has a document type declaration: leave <!DOCTYPE …> out"),
    "xml_root": _("The XML is not a catalogue package; its root must be {root}"),
    "unknown_operation": _('"{value}" is not an operation: write add, update or delete'),
    "batch_repeated": _("Batch {batch} was imported already: give each package a number of its own"),
    "not_found": _("There is no dataset {value} in this catalogue"),
    "exists": _("The dataset {value} is already there: write update"),
}
"""Code of a problem -> its text, with the parameters of the problem in braces."""


def text(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong and what to do."""
    return fill(str(TEXTS.get(code, code)), params)
