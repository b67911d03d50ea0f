"""The fields of ``schemas/dataset.yaml`` as exchange formats see them: a name, a kind, a code list.

Every format walks this one table, so a field that is added to the schema is exchanged without more code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any

import yaml

FILE = resources.files("ckanext.nxopendata.schemas") / "dataset.yaml"


class Kind(Enum):
    """How the value of a field looks in a dataset dict."""

    TEXT = "text"
    """str"""
    LOCALISED = "localised"
    """{"zh": str, "en": str}"""
    TAGS = "tags"
    """{"zh": [str], "en": [str]}, the words of one place mean the same"""
    CODE = "code"
    """str, a code of ``Field.codelist``"""
    CODES = "codes"
    """list of such"""
    TEXTS = "texts"
    """list of str"""
    DATE = "date"
    """str, YYYY-MM-DD"""
    PARTS = "parts"
    """list of dicts of ``Field.parts``"""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the schema.

    ``codelist`` is the name of a code list or ""; ``labels`` are texts by language (``zh``, ``en``);
    ``parts`` are the sub-fields of a repeating table by name.
    """

    name: str
    kind: Kind
    codelist: str
    labels: Mapping[str, str]
    required: bool
    parts: Mapping[str, Field]


@cache
def dataset() -> Mapping[str, Field]:
    """The dataset's fields by name, in the order of the form."""
    return _fields("dataset_fields")


@cache
def resource() -> Mapping[str, Field]:
    """The fields of a resource by name, in the order of the form."""
    return _fields("resource_fields")


def _fields(section: str) -> dict[str, Field]:
    schema = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {row["field_name"]: _field(row) for row in schema[section]}


def _field(row: Mapping[str, Any]) -> Field:
    label = row.get("label", row["field_name"])
    labels = {"zh": label, "en": label} if isinstance(label, str) else {"zh": label["zh_Hans_CN"], "en": label["en"]}
    return Field(
        name=row["field_name"],
        kind=_kind(row),
        codelist=row.get("codelist", ""),
        labels=labels,
        required=bool(row.get("required")),
        parts={part["field_name"]: _field(part) for part in row.get("repeating_subfields", ())},
    )


def _kind(row: Mapping[str, Any]) -> Kind:
    words = {row.get("preset", ""), *row.get("validators", "").split()}
    if "repeating_subfields" in row:
        return Kind.PARTS
    if words & {"localised_text", "localised_textarea", "nx_localised"}:
        return Kind.LOCALISED
    if words & {"localised_tags", "nx_localised_tags"}:
        return Kind.TAGS
    if words & {"text_list", "nx_text_list"}:
        return Kind.TEXTS
    if row.get("codelist"):
        return Kind.CODES if words & {"codes", "nx_codes"} else Kind.CODE
    if words & {"date", "past_date", "nx_past_date", "isodate"}:
        return Kind.DATE
    return Kind.TEXT
