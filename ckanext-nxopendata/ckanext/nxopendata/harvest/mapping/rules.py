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
        sources: Paths that say the same in several ways; the first that gives a value is taken, and what the others
            say otherwise is reported.
        stand_ins: Paths that are looked at when none of ``sources`` gives a value.
        spare: Of those, the ones that no other rule reads: what they say otherwise is reported.
        expected: A finding says so when there is no value.
        english: Where the English text of a localised field stands, if the source keeps it apart.
        default: What is taken when the source says nothing.
        when: Path -> the words (lower case) of which the record must have one there for the rule to count.
        verbatim: Of ``sources``, those whose text is taken as it is: a field of our own export.
        names: With which its paths begin: a record that has none of them has nothing for the field.
    """

    sources: tuple[str, ...]
    kind: str = "text"
    codelist: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    required: bool = False
    english: str = ""
    default: str = ""
    stand_ins: tuple[str, ...] = ()
    expected: bool = False
    when: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    spare: tuple[str, ...] = ()
    verbatim: tuple[str, ...] = ()
    names: frozenset[str] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        names = frozenset(path.partition(" > ")[0] for path in (*self.sources, *self.stand_ins, self.english))
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True)
class Withheld:
    """Which records are not for the public, or are no datasets.

    Attributes:
        source: Path of what says so.
        values: Values of a record that is withheld, in lower case; of an address its last part counts.
        unless: Values of all others; "" is a record that says nothing. Of ``values`` and ``unless`` one is given.
        future: The record is withheld until the day that stands there.
        without: Path of a value that overrides this rule.
        code: Of the finding.
    """

    source: str
    values: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    future: bool = False
    without: str = ""
    code: str = "record_not_public"


@dataclass(frozen=True, slots=True)
class Part:
    """A repeated part of a dataset: where its entries stand and how their fields are filled.

    Attributes:
        order: Path of the number that orders the entries; "" keeps the record's order.
        literal: Where the text of an entry belongs that is a plain text or a bare address instead of an object; ""
            reports it.
        split: Properties with several values of which each makes an entry of its own.
    """

    each: tuple[str, ...]
    fields: Mapping[str, Rule]
    order: str = ""
    literal: str = ""
    split: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One file of ``schemas/mappings``.

    Attributes:
        fingerprint: Changes whenever the file does; part of every record's hash.
        contacts: Where contacts stand, the surest first: the path of their nodes, or the names of one contact that are
            written side by side.
    """

    name: str
    fingerprint: str
    dataset: Mapping[str, Rule]
    parts: Mapping[str, Part]
    columns: Mapping[str, Column]
    withheld: tuple[Withheld, ...] = ()
    contacts: tuple[str | tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a record does not say itself.

    Attributes:
        base: Address of the catalogue; relative addresses are read against it.
        allowed_hosts: Hosts inside the network that may be published nevertheless.
        read_licence: Recognises a licence as written.
    """

    base: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    read_licence: Callable[[str], str | None] | None = None


@dataclass(slots=True)
class FieldReport:
    """Collects what is wrong with the values of a field, and the values that it does not hold.

    Attributes:
        left: Texts of values that a converter understood and did not take.
        rejected: Texts of values that are none of the field, of which another field may be read.
    """

    problems: list[Problem]
    field: str
    surroundings: Surroundings = dataclasses.field(default_factory=Surroundings)
    left: dict[str, None] = dataclasses.field(default_factory=dict)
    rejected: dict[str, None] = dataclasses.field(default_factory=dict)

    def __call__(self, code: str, **params: Any) -> None:
        """Add a finding about a value that is left out or mended; the record stays."""
        self.problems.append(Problem(code, field=self.field, params=params, refuses=False))

    def leave(self, text: str) -> None:
        """Note a value that the field has no room for."""
        if text:
            self.left[text[:200]] = None


Converter = Callable[[Sequence[Any], Rule, FieldReport], Any]
"""Makes the value of a field from the values that a record has there; None when they say nothing."""
