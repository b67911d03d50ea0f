"""The form of a source: from the source to what is typed, and from what was typed to the source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.edge import payload
from ckanext.nxopendata.core.errors.reasons import say_reason
from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.settings import source_settings
from ckanext.nxopendata.harvest.sources import schedule

PLAIN = ("name", "title", "url", "format", "organization", "schedule", "files", "licence", "priority", "trust")
LIMITS = tuple(source_settings.LIMITS)
OBJECTS = ("options", "mapping")
CREDENTIALS = ("credentials_kind", "username", "password", "token")

EMPTY: dict[str, str] = {
    **dict.fromkeys((*PLAIN, *LIMITS, *OBJECTS, *CREDENTIALS, "departments"), ""),
    "format": "auto",
    "files": "link",
    "priority": "100",
    "trust": "normal",
    "credentials_kind": "keep",
}


def read_form(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, by field; "" for an empty field."""
    multiple = getattr(form, "getlist", lambda name: [form[name]] if form.get(name) else [])
    return {name: str(form.get(name) or "").strip() for name in EMPTY} | {
        "departments": ",".join(multiple("departments"))
    }


def to_form(source: Mapping[str, Any]) -> dict[str, str]:
    """Return a source as its form shows it; credentials are never shown."""
    fields = {name: str(source.get(name) if source.get(name) is not None else "") for name in PLAIN}
    limits = {name: str((source.get("limits") or {}).get(name, "")) for name in LIMITS}
    objects = {name: _pretty(source.get(name)) for name in OBJECTS}
    return {**EMPTY, **fields, **limits, **objects, "departments": ",".join(source.get("departments") or ())}


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if value else ""


def to_source(given: Mapping[str, str], *, editing: bool) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the parameters of the actions, and the errors by field.

    Args:
        editing: The source is there already, and keeps its credentials unless others are typed.
    """
    errors: dict[str, list[str]] = {}
    data: dict[str, Any] = {name: given[name] for name in PLAIN}
    data["departments"] = [name for name in given["departments"].split(",") if name]
    data["limits"] = {}
    for name in LIMITS:
        if given[name]:
            if given[name].isascii() and given[name].isdecimal():
                data["limits"][name] = int(given[name])
            else:
                errors[name] = [tk._("Must be a whole number")]
    for name in OBJECTS:
        try:
            data[name] = payload.parse_json(given[name]) if given[name] else {}
        except payload.NestingError:
            errors[name] = [tk._("Lists and objects are nested too deeply here")]
        except json.JSONDecodeError as error:
            text = tk._("This is not JSON, line {line}: {reason}")
            errors[name] = [text.format(line=error.lineno, reason=say_reason(error.msg))]
        except ValueError:  # NaN and Infinity
            errors[name] = [tk._("This is not a number that can be stored")]
    kind = given["credentials_kind"]
    if kind == "none" or (kind in ("", "keep") and not editing):
        data["credentials"] = {}
    elif kind == "basic":
        data["credentials"] = {"kind": kind, "username": given["username"], "password": given["password"]}
    elif kind in ("bearer", "token"):
        data["credentials"] = {"kind": kind, "token": given["token"]}
    return data, errors


def choices(departments: Sequence[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Return for each field what can be chosen: value and label."""
    return {
        "organization": [("", tk._("Choose a department")), *departments],
        "departments": list(departments),
        "format": [("auto", tk._("Detect by itself")), *((name, format_label(name)) for name in formats.list_names())],
        "files": [("link", tk._("Link to them where they are")), ("mirror", tk._("Copy them to this portal"))],
        "trust": [
            ("normal", tk._("Runs are carried out by themselves")),
            ("review", tk._("Every run that would change something waits for a person")),
        ],
        "schedule": [(cron, schedule.describe(cron)) for cron in schedule.USUAL],
        "licence": tk.h.nx_licence_titles(),
        "limits": [(name, name) for name in LIMITS],
        "credentials_kind": [
            ("none", tk._("none")),
            ("basic", tk._("User name and password")),
            ("bearer", tk._("Token (Bearer)")),
            ("token", tk._("CKAN token")),
        ],
    }


def format_label(name: str) -> str:
    """Return the label of a format; its name when it has none."""
    words = {
        "dcat": "DCAT (RDF: Turtle, RDF/XML, JSON-LD)",
        "workbook": tk._("Workbook of the 2017 guide (xlsx, xls, csv)"),
        "ckan": tk._("CKAN site (Action API)"),
        "datajson": "data.json (POD 1.1, DCAT-US 3)",
        "gbt21063": "GB/T 21063.3 XML",
        "csw": "ISO 19139 (CSW)",
        "portal": tk._("Web pages of a government data site"),
        "nxopendata": tk._("Another portal of this software (change feed)"),
    }
    return words.get(name, name)
