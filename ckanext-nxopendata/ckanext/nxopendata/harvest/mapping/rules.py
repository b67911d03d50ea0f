"""The parts of a mapping: which field is filled from where, and as what kind of value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.harvest.errors import Problem


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a workbook.

    Attributes:
        aliases: Headers it is known by; ``upper/lower`` for headers of two rows.
        part: The repeated part that the column belongs to (``items``, ``files``), or None.
        essential: No catalogue's header is without it.
        ignored: Says nothing about the dataset (a running number), so a change of it is no change.
    """

    aliases: tuple[str, ...]
    part: str | None = None
    essential: bool = False
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field of ours is filled.

    Attributes:
        english: Where the English text of a localised field stands, if the source keeps it apart.
        default: What is taken when the source says nothing.
    """

    sources: tuple[str, ...]
    kind: str = "text"
    codelist: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    required: bool = False
    english: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A repeated part of a dataset: where its entries stand and how their fields are filled.

    Attributes:
        order: Path of the number that orders the entries; "" keeps the record's order.
    """

    each: tuple[str, ...]
    fields: Mapping[str, Rule]
    order: str = ""


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One file of ``schemas/mappings``.

    Attributes:
        fingerprint: Changes whenever the file does; part of every record's hash.
    """

    name: str
    fingerprint: str
    dataset: Mapping[str, Rule]
    parts: Mapping[str, Part]
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class FieldReport:
    """Collects what is wrong with the values of a field."""

    problems: list[Problem]
    field: str

    def __call__(self, code: str, **params: Any) -> None:
        """Add a finding about a value that is left out; the record stays."""
        self.problems.append(Problem(code, field=self.field, params=params, refuses=False))


Converter = Callable[[Sequence[Any], Rule, FieldReport], Any]
"""Makes the value of a field from the values that a record has there; None when they say nothing."""
