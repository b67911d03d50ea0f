"""Formats of catalogues: one class a format, found by name or by looking at the first document.

To add one here, write a class with the members of :class:`Format` in a module of this folder and name the
module in :data:`BUILT_IN`. Another extension offers its formats by
:class:`ckanext.nxopendata.harvest.interfaces.IHarvestFormat`.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol

from ckanext.nxopendata.harvest.errors import FetchError, FormatError, HarvestError, Problem
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher
from ckanext.nxopendata.harvest.mapping.mapping import FieldMapping, canonical


@dataclass(frozen=True, slots=True)
class Record:
    """One dataset as its source describes it.

    :param guid: identifier at the source, stable over time; None if the source gave none
    :param raw: the description as plain JSON values, in an order that does not vary between readings
    :param position: where it stands, for people: an address, ``sheet!row``
    :param withdrawn: the source says that it took the dataset back; ``raw`` says nothing then
    :param canonical: of a format that can tell whether ``raw`` has changed without making it: the same bytes for
        the same ``raw``, and others for another
    """

    guid: str | None
    raw: Mapping[str, Any]
    position: str
    withdrawn: bool = False
    canonical: bytes | None = None

    def content_hash(self, fingerprint: str) -> str:
        """SHA-256 over the description and what reads it, hexadecimal.

        :param fingerprint: of everything else that decides what becomes of the record
        """
        content = self.canonical
        if content is None:
            content = canonical(self.raw).encode("utf-8", "surrogatepass")
        return hashlib.sha256(b"%s\n%s" % (fingerprint.encode(), content)).hexdigest()


@dataclass(slots=True)
class Evidence:
    """What a reading proves about the completeness of its result.

    :param pages: documents read
    :param records: records seen, refused ones included
    :param declared_total: the number of records the source says it has, if it says so
    :param closed: the reading reached the end of the last page
    :param whole: the source told all its records; False when it told only what changed since the last reading,
        so that a record it did not tell is still there
    :param memory: what the next reading of the source wants to know of this one: JSON values
    :param doubts: codes of what speaks against completeness, in order of appearance
    :param trail: for each page its address, validators and digest: lets the next run ask "changed?"
    """

    pages: int = 0
    records: int = 0
    declared_total: int | None = None
    closed: bool = False
    whole: bool = True
    memory: dict[str, Any] = field(default_factory=dict)
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
    :param max_pages: of one catalogue
    :param memory: ``evidence.memory`` of the last reading that was applied to its end
    :param rules: the mapping that the records will meet; a format that knows columns by name looks here
    :param looks_ahead: whether the next page may be fetched before it is asked for; not where a few records are enough
    """

    url: str
    door: Fetcher
    report: Callable[[Problem], None]
    evidence: Evidence = field(default_factory=Evidence)
    options: Mapping[str, Any] = field(default_factory=dict)
    max_pages: int = 10_000
    rules: FieldMapping | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)
    looks_ahead: bool = True
    _ahead: dict[str, Future[Document]] = field(default_factory=dict)

    @contextlib.contextmanager
    def ahead(self, url: str | None, asked: set[str], accept: str) -> Iterator[None]:
        """Inside, the page at ``url`` is fetched, to be opened next; nothing else may pass the door meanwhile."""
        if not self.looks_ahead or url is None or url in asked or self.evidence.pages >= self.max_pages:
            yield
            return
        page: Future[Document] = Future()

        def fetch() -> None:
            try:
                page.set_result(self.door.get(url, accept=accept))
            except BaseException as error:
                page.set_exception(error)

        # Not of a pool: those are waited for when the process ends, however long the server takes.
        threading.Thread(target=fetch, name="nx-harvest-page", daemon=True).start()
        try:
            yield
        except BaseException:
            page.add_done_callback(_close)
            raise
        self._ahead[url] = page

    def open(self, url: str, asked: set[str], accept: str) -> Document | None:
        """The page at ``url``; None, with a doubt and a finding, when it was read before or cannot be read."""
        page = self._ahead.pop(url, None)
        if url in asked or self.evidence.pages >= self.max_pages:
            self.flaw("page_loop" if url in asked else "too_many_pages", url, limit=self.max_pages)
            return None
        asked.add(url)
        try:
            return page.result() if page else self.door.get(url, accept=accept)
        except FetchError as error:
            self.evidence.doubt("page_unreadable")
            self.report(Problem.of(error, "page", url))
            return None

    def spoilt(self, error: HarvestError, url: str) -> None:
        """A page that was fetched but makes no sense: of the first one the error goes on, a later one is a doubt."""
        if self.evidence.pages <= 1:
            raise error
        self.evidence.doubt("page_unreadable")
        self.report(Problem.of(error, "page", url))

    def flaw(self, code: str, position: str, **params: Any) -> None:
        """A finding about a page that leaves the completeness in doubt."""
        self.evidence.doubt(code)
        self.report(Problem(code, "page", position=position, params=params))


def _close(page: Future[Document]) -> None:
    if page.exception() is None:
        page.result().body.close()


class Format(Protocol):
    """A kind of catalogue.

    :cvar name: what a source's ``format`` says
    :cvar accept: the ``Accept`` header of its requests
    :cvar mapping: the file in ``schemas/mappings`` without ``.yaml``, or the whole path of a file elsewhere
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


BUILT_IN = ("nxopendata", "ckan", "portal", "gbt21063", "csw", "workbook", "datajson", "dcat")
"""Modules of this folder with a ``FORMAT``, in the order of detection: from the narrowest to the widest."""

Provider = Callable[[], Iterable[Format]]

_providers: list[Provider] = []


def provided_by(provider: Provider) -> None:
    """Also know the formats that ``provider`` gives when it is asked; they come before the built-in ones."""
    if provider not in _providers:
        _providers.append(provider)


def every() -> dict[str, Format]:
    """All formats by name, in the order of detection. Of two with one name the first counts."""
    formats: dict[str, Format] = {}
    for form in (*(form for provider in _providers for form in provider()), *_built_in()):
        formats.setdefault(form.name, form)
    return formats


def names() -> list[str]:
    """Names of all known formats, in order of detection."""
    return list(every())


def by_name(name: str) -> Format:
    """The format called ``name``.

    :raises FormatError: there is none
    """
    formats = every()
    if name not in formats:
        raise FormatError("format_unknown", format=name, known=", ".join(formats))
    return formats[name]


def entry(form: Format, url: str) -> str:
    """The address to ask first: what the format makes of the source's, if it has a method ``entry``."""
    of_format: Callable[[str], str] | None = getattr(form, "entry", None)
    return of_format(url) if of_format else url


def detect(document: Document) -> Format:
    """The format of ``document``.

    :raises FormatError: no format recognises it
    """
    for candidate in every().values():
        if candidate.recognises(document):
            return candidate
    raise FormatError("format_not_recognised", url=document.url, media_type=document.media_type)


@cache
def _built_in() -> tuple[Format, ...]:
    return tuple(importlib.import_module(f"{__name__}.{module}").FORMAT for module in BUILT_IN)
