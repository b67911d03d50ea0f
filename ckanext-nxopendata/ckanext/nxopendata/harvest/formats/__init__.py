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
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher, Validators
from ckanext.nxopendata.harvest.fetching.robots import Robots
from ckanext.nxopendata.harvest.mapping.rules import FieldMapping
from ckanext.nxopendata.harvest.mapping.tables import canonical_json
from ckanext.nxopendata.harvest.mapping.values import CONTROL


@dataclass(frozen=True, slots=True)
class Record:
    """One dataset as its source describes it.

    Attributes:
        guid: Identifier at the source, stable over time; None if the source gave none.
        raw: The description as plain JSON values, in an order that does not vary between readings.
        position: Where it stands, for people: an address, ``sheet!row``.
        withdrawn: The source says that it took the dataset back; ``raw`` says nothing then.
        canonical: Of a format that can tell whether ``raw`` has changed without making it: the same bytes for
            the same ``raw``, and others for another.
    """

    guid: str | None
    raw: Mapping[str, Any]
    position: str
    withdrawn: bool = False
    canonical: bytes | None = None

    def __post_init__(self) -> None:
        if self.guid and not self.guid.isprintable():  # what nobody sees makes no other record
            object.__setattr__(self, "guid", CONTROL.sub("", self.guid).strip() or None)
        if not self.position.isprintable():
            object.__setattr__(self, "position", CONTROL.sub("", self.position))

    def content_hash(self, fingerprint: str) -> str:
        """SHA-256 over the description and what reads it, hexadecimal.

        Args:
            fingerprint: Of everything else that decides what becomes of the record.
        """
        content = self.canonical
        if content is None:
            content = canonical_json(self.raw).encode("utf-8", "surrogatepass")
        return hashlib.sha256(b"%s\n%s" % (fingerprint.encode(), content)).hexdigest()


READ_TO_THE_END = frozenset(
    {
        "record_without_identifier",
        "identifier_repeated",
        "identifier_too_long",
        "listed_not_described",
        "records_unreadable",
        "records_of_another_kind",
        "entry_no_dataset",
    }
)
"""Issues of a reading that came to the end of the last page all the same."""


@dataclass(slots=True)
class Completeness:
    """What a reading says of the completeness of its result.

    Attributes:
        pages: Documents read.
        records: Records seen, refused ones included.
        declared_total: The number of records the source says it has, if it says so.
        closed: The reading reached the end of the last page.
        whole: The source gave all its records; False when it gave only what changed since the last reading,
            so that a record it did not give is still there.
        memory: What the next reading of the source wants to know of this one: JSON values.
        issues: Codes of what speaks against completeness, in order of appearance.
        trail: For each page its address, validators and digest: lets the next run ask "changed?".
    """

    pages: int = 0
    records: int = 0
    declared_total: int | None = None
    closed: bool = False
    whole: bool = True
    memory: dict[str, Any] = field(default_factory=dict)
    issues: list[str] = field(default_factory=list)
    trail: list[dict[str, Any]] = field(default_factory=list)

    def add_issue(self, code: str) -> None:
        """Note once what speaks against completeness."""
        if code not in self.issues:
            self.issues.append(code)

    def add_page(self, document: Document) -> None:
        """Count a page, and remember how to ask whether it has changed."""
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

    Attributes:
        url: The address of the catalogue.
        client: Fetches further pages.
        completeness: Filled by the format as it reads.
        report: Takes findings about pages and records that cannot become a :class:`Record`.
        options: Settings of the source that the format understands.
        max_pages: Of one catalogue.
        memory: ``completeness.memory`` of the last reading that was applied to its end.
        rules: The mapping that the records will meet; a format that knows columns by name looks here.
        robots: What the hosts let programs read, where that is obeyed.
        looks_ahead: Whether the next page may be fetched before it is asked for; not where a few records are enough.
        is_trial: Whether somebody waits for the first records, so that a file is read within the limits of a request.
    """

    url: str
    client: Fetcher
    report: Callable[[Problem], None]
    completeness: Completeness = field(default_factory=Completeness)
    options: Mapping[str, Any] = field(default_factory=dict)
    max_pages: int = 10_000
    rules: FieldMapping | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)
    looks_ahead: bool = True
    is_trial: bool = False
    robots: Robots | None = None
    _ahead: dict[str, Future[Document]] = field(default_factory=dict)

    @contextlib.contextmanager
    def ahead(self, url: str | None, requested: set[str], accept: str) -> Iterator[None]:
        """Fetch the page at ``url`` in the background, to be opened next; the client has no other request meanwhile."""
        if not self.looks_ahead or url is None or url in requested or self.completeness.pages >= self.max_pages:
            yield
            return
        page: Future[Document] = Future()

        def fetch() -> None:
            try:
                page.set_result(self.client.get(url, accept=accept))
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

    def is_allowed(self, url: str) -> bool:
        """Tell whether ``url`` may be read; False, with an issue and a finding, when robots.txt forbids it."""
        if self.robots is None or self.robots.allows(url):
            return True
        self.add_issue("robots_forbid", url, url=url)
        return False

    def open(self, url: str, requested: set[str], accept: str) -> Document | None:
        """Return the page at ``url``; None, with an issue and a finding, when it was read before or cannot be read."""
        page = self._ahead.pop(url, None)
        if url in requested or self.completeness.pages >= self.max_pages:
            self.add_issue("page_loop" if url in requested else "too_many_pages", url, limit=self.max_pages)
            return None
        requested.add(url)
        if not self.is_allowed(url):
            return None
        try:
            return page.result() if page else self.client.get(url, accept=accept)
        except FetchError as error:
            self.completeness.add_issue("page_unreadable")
            self.report(Problem.from_error(error, "page", url))
            return None

    def page_failed(self, error: HarvestError, url: str) -> None:
        """Report a page that was fetched but cannot be understood; an error in the first page is raised again."""
        if self.completeness.pages <= 1:
            raise error
        self.completeness.add_issue("page_unreadable")
        self.report(Problem.from_error(error, "page", url))

    def record_unreadable(self, problem: Problem) -> None:
        """Report a record that no parser reads, which speaks against completeness; or one that was mended."""
        if problem.refuses:
            self.completeness.add_issue("records_unreadable")
        self.report(problem)

    def add_issue(self, code: str, position: str, **params: Any) -> None:
        """Report a finding about a page that speaks against completeness."""
        self.completeness.add_issue(code)
        self.report(Problem(code, "page", position=position, params=params))


def _close(page: Future[Document]) -> None:
    if page.exception() is None:
        page.result().body.close()


class Format(Protocol):
    """A kind of catalogue.

    Attributes:
        name: What a source's ``format`` says.
        accept: The ``Accept`` header of its requests.
        mapping: The file in ``schemas/mappings`` without ``.yaml``, or the whole path of a file elsewhere.
    """

    name: ClassVar[str]
    accept: ClassVar[str]
    mapping: ClassVar[str]

    def recognises(self, document: Document) -> bool:
        """Tell whether ``document`` is the first page of such a catalogue."""
        ...

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the records of the catalogue that starts with ``first``.

        Raises:
            FormatError: The first document is not readable.
        """
        ...


BUILT_IN = ("nxopendata", "ckan", "portal", "gbt21063", "csw", "workbook", "datajson", "dcat")
"""Modules of this folder with a ``FORMAT``, in the order of detection: from the narrowest to the widest."""

Provider = Callable[[], Iterable[Format]]

_providers: list[Provider] = []


def add_provider(provider: Provider) -> None:
    """Add the formats that ``provider`` returns whenever formats are asked for, before the built-in ones."""
    if provider not in _providers:
        _providers.append(provider)


def list_formats() -> dict[str, Format]:
    """Return all formats by name, in the order of detection; of two with the same name the first."""
    formats: dict[str, Format] = {}
    for form in (*(form for provider in _providers for form in provider()), *_built_in()):
        formats.setdefault(form.name, form)
    return formats


def list_names() -> list[str]:
    """Return the names of all known formats, in order of detection."""
    return list(list_formats())


def get_format(name: str) -> Format:
    """Return the format called ``name``.

    Raises:
        FormatError: There is none.
    """
    formats = list_formats()
    if name not in formats:
        raise FormatError("format_unknown", format=name, known=", ".join(formats))
    return formats[name]


def entry_url(form: Format, url: str) -> str:
    """Return the address to ask first: what the format's method ``entry`` makes of the source's, if it has one."""
    return entry_urls(form, url)[0]


def entry_urls(form: Format, url: str) -> list[str]:
    """Return that address, and those of plainer questions for a server that refuses it: the method ``entries``."""
    entries: Callable[[str], list[str]] | None = getattr(form, "entries", None)
    entry: Callable[[str], str] | None = getattr(form, "entry", None)
    return entries(url) if entries else [entry(url) if entry else url]


def fetch_first(urls: list[str], client: Fetcher, accept: str, validators: Validators | None = None) -> Document:
    """Fetch the first of some addresses that the server does not refuse.

    Raises:
        FetchError: It refuses all, or does not answer: what it said to the first.
    """
    refused: FetchError | None = None
    for url in urls:
        try:
            return client.get(url, accept=accept, validators=validators)
        except FetchError as error:
            refused = refused or error
            if not may_be_asked_otherwise(error):
                break
    raise refused or FetchError("address_unusable", url="")


def may_be_asked_otherwise(error: FetchError) -> bool:
    """Tell whether a server refused the way of asking, not the asker or everything."""
    status = error.params.get("status")
    return isinstance(status, int) and (status == 500 or (400 <= status < 500 and status not in (401, 404, 410, 429)))


def detect(document: Document) -> Format:
    """Return the format of ``document``.

    Raises:
        FormatError: No format recognises it.
    """
    for candidate in list_formats().values():
        if candidate.recognises(document):
            return candidate
    raise FormatError("format_not_recognised", url=document.url, media_type=document.media_type)


@cache
def _built_in() -> tuple[Format, ...]:
    return tuple(importlib.import_module(f"{__name__}.{module}").FORMAT for module in BUILT_IN)
