"""Formats of catalogues: one class a format, found by name or by looking at the first document.

To add one, write a class with the members of :class:`Format` and :func:`register` it; another extension
does so when its plugin is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from ckanext.nxopendata.harvest.errors import FormatError, Problem
from ckanext.nxopendata.harvest.fetch import Document, Fetcher


@dataclass(frozen=True, slots=True)
class Record:
    """One dataset as its source describes it.

    :param guid: identifier at the source, stable over time; None if the source gave none
    :param raw: the description as plain JSON values, in an order that does not vary between readings
    :param position: where it stands, for people: an address, ``sheet!row``
    """

    guid: str | None
    raw: Mapping[str, Any]
    position: str


@dataclass(slots=True)
class Evidence:
    """What a reading proves about the completeness of its result.

    :param pages: documents read
    :param records: records seen, refused ones included
    :param declared_total: the number of records the source says it has, if it says so
    :param closed: the reading reached the end of the last page
    :param doubts: codes of what speaks against completeness, in order of appearance
    :param trail: for each page its address, validators and digest: lets the next run ask "changed?"
    """

    pages: int = 0
    records: int = 0
    declared_total: int | None = None
    closed: bool = False
    doubts: list[str] = field(default_factory=list)
    trail: list[dict[str, Any]] = field(default_factory=list)

    def doubt(self, code: str) -> None:
        if code not in self.doubts:
            self.doubts.append(code)

    def page(self, document: Document) -> None:
        self.pages += 1
        self.trail.append(
            {
                "url": document.url,
                "etag": document.validators.etag,
                "last_modified": document.validators.last_modified,
                "sha256": document.sha256,
            }
        )


@dataclass(slots=True)
class Reading:
    """What a format needs to read a source.

    :param url: the address of the catalogue
    :param door: the way to further pages
    :param evidence: filled by the format as it reads
    :param report: takes findings about pages and records that cannot become a :class:`Record`
    :param options: settings of the source that the format understands
    """

    url: str
    door: Fetcher
    report: Callable[[Problem], None]
    evidence: Evidence = field(default_factory=Evidence)
    options: Mapping[str, Any] = field(default_factory=dict)
    max_pages: int = 10_000


class Format(Protocol):
    """A kind of catalogue.

    :cvar name: what a source's ``format`` says
    :cvar accept: the ``Accept`` header of its requests
    :cvar mapping: the file in ``schemas/mappings`` without ``.yaml``
    """

    name: ClassVar[str]
    accept: ClassVar[str]
    mapping: ClassVar[str]

    def recognises(self, document: Document) -> bool:
        """Whether ``document`` is the first page of such a catalogue."""
        ...

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the records of the catalogue that starts with ``first``.

        :raises FormatError: the first document is not readable
        """
        ...


_FORMATS: dict[str, Format] = {}


def register(new: Format) -> Format:
    """Make a format known under its name; a later one replaces an earlier one."""
    _FORMATS[new.name] = new
    return new


def names() -> list[str]:
    """Names of all known formats, in order of detection."""
    _load()
    return list(_FORMATS)


def by_name(name: str) -> Format:
    """The format called ``name``.

    :raises FormatError: there is none
    """
    _load()
    if name not in _FORMATS:
        raise FormatError("format_unknown", format=name, known=", ".join(_FORMATS))
    return _FORMATS[name]


def detect(document: Document) -> Format:
    """The format of ``document``.

    :raises FormatError: no format recognises it
    """
    _load()
    for candidate in _FORMATS.values():
        if candidate.recognises(document):
            return candidate
    raise FormatError("format_not_recognised", url=document.url, media_type=document.media_type)


def _load() -> None:
    """Import the built-in formats once; their order is the order of detection."""
    from ckanext.nxopendata.harvest.formats import dcat, workbook

    for module in (workbook, dcat):
        _FORMATS.setdefault(module.FORMAT.name, module.FORMAT)
