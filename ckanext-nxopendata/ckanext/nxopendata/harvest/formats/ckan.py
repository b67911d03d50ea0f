"""Other CKAN sites by their Action API, 2.8 to 2.12.

Pages are asked for by the id they follow (``fq=id:{last TO *]``, sorted by id), so that a dataset that is added,
changed or deleted while the catalogue is read moves no other out of sight. A site that refuses this is read by
``start`` with one dataset of overlap, and a page that does not join counts against completeness. A site that refuses
the filter of types, or the order and the number, is asked without them: what is no dataset is told by its ``type``.
Of a page that is not JSON the whole datasets are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ckanext.nxopendata.harvest.errors import FetchError, FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import READ_TO_THE_END, Reading, Record, may_be_asked_otherwise, streams

ROWS = 100
SEARCH = "/api/3/action/package_search"
GENERATOR = re.compile(r"""<meta\s+name=["']generator["']\s+content=["']ckan\s""", re.IGNORECASE)

NOT_ASKED = frozenset({"start", "rows", "sort", "include_private", "include_drafts", "include_deleted"})
"""What an address does not say: where a page begins, and that datasets are wanted which are not public."""

DATASETS_ONLY = "-dataset_type:(harvest OR showcase)"
"""Filter that leaves out what a CKAN site keeps beside its datasets: sources of its own harvests, examples of use."""

VOLATILE = frozenset(
    {
        "creator_user_id",
        "isopen",
        "num_resources",
        "num_tags",
        "relationships_as_object",
        "relationships_as_subject",
        "revision_id",
        "revision_timestamp",
        "total_downloads",
        "tracking_summary",
    }
)
"""What differs between versions of CKAN or from day to day and says nothing about the dataset."""


class CkanFormat:
    """The Action API of a CKAN site."""

    name: ClassVar[str] = "ckan"
    accept: ClassVar[str] = "application/json, */*;q=0.1"
    mapping: ClassVar[str] = "ckan"

    def entry(self, url: str) -> str:
        """Return the first page of the search, whatever page of the site ``url`` is.

        ``/organization/x``, ``/group/x`` and the filters of a search page narrow the search.
        """
        return self.entries(url)[0]

    def entries(self, url: str) -> list[str]:
        """Return the first page as it is best asked for, then in plainer ways for sites that refuse that.

        Firewalls refuse brackets and ``OR``; other software with CKAN's interface knows no ``dataset_type``, no
        ``sort``, or allows fewer rows.
        """
        parts, filters = urlsplit(url), list[str]()
        kept = {key: value for key, value in parse_qsl(parts.query) if key not in NOT_ASKED}
        if parts.path.rstrip("/").endswith("/package_search"):
            address = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
            filters = [kept.pop("fq")] if kept.get("fq") else []
        else:
            root = re.split(r"/(?:api|dataset|organization|group)(?:/|$)", parts.path, maxsplit=1)[0].rstrip("/")
            filters = [pair for key, pair in parse_qsl(parts.query) if key == "fq"]
            for key, value in parse_qsl(parts.query):
                if key in ("organization", "groups", "tags", "res_format", "license_id"):
                    filters.append(f'{key}:"{value}"')
            if found := re.search(r"/(organization|group)/([^/]+)/?$", parts.path):
                filters.append(f'{"groups" if found[1] == "group" else "organization"}:"{found[2]}"')
            # the site's language stands before the path: /zh_Hans_CN/dataset
            root = re.sub(r"/[a-z]{2}(?:_[A-Za-z_]{2,10})?$", "", root)
            address, kept = urlunsplit((parts.scheme, parts.netloc, root + SEARCH, "", "")), {}
        own = " ".join(filters)
        datasets_only = own if "dataset_type:" in own else f"{own} {DATASETS_ONLY}".strip()
        asked = [datasets_only, *([own] if own != datasets_only else [])]
        ways = [kept | ({"fq": fq} if fq else {}) | {"sort": "id asc", "rows": str(ROWS)} for fq in asked]
        ways.append(kept | ({"fq": own} if own else {}))
        return [f"{address}?{urlencode(way, quote_via=quote)}".rstrip("?") for way in ways]

    def recognises(self, document: Document) -> bool:
        head = text.decode_head(document.head(16_384))
        if not head.lstrip("\ufeff \t\r\n").startswith("{"):
            return bool(GENERATOR.search(head))
        return '"success"' in head and ("/action/" in head or "/action/" in document.url)

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the datasets, in the order of their ids.

        Raises:
            FormatError: The first answer is not one of CKAN's.
        """
        page = self._first(first, reading)
        base, requested = page.url, {page.url}
        seen, last, by_start = 0, "", False
        while True:
            reading.completeness.add_page(page)
            try:
                with page:
                    count, datasets = self._result(page, reading)
            except FormatError as error:
                if by_start or not last or error.code != "ckan_not_an_answer":
                    reading.page_failed(error, page.url)
                    return
                by_start = True  # it answers that it does not know the filter
                page = self._next(_page_url(base, start=seen - 1), requested, reading)
                if page is None:
                    return
                continue
            if by_start and not (datasets and datasets[0].get("id") == last):
                reading.add_issue("changed_while_reading", page.url)
                return
            fresh = datasets[1:] if by_start else datasets
            remaining = count - seen if by_start else count
            reading.completeness.declared_total = seen + remaining
            # a site that sorts or filters in its own way cannot be asked for what follows an id
            astray = not by_start and not ("sort=" in base and _ascending(last, fresh))
            by_start = by_start or astray
            if not (astray and last):
                for entry in fresh:
                    yield self._record(entry, base)
                seen += len(fresh)
                if seen >= reading.completeness.declared_total:
                    break
                if not fresh:
                    total = reading.completeness.declared_total
                    reading.add_issue("page_empty", page.url, seen=seen, total=total)
                    return
                last = str(fresh[-1].get("id"))
            following = _page_url(base, start=seen - 1) if by_start else _page_url(base, last)
            page = self._next(following, requested, reading)
            if page is None and not by_start and reading.completeness.issues == ["page_unreadable"]:
                reading.completeness.issues.clear()
                by_start = True
                page = self._next(_page_url(base, start=seen - 1), requested, reading)
            if page is None:
                return
        reading.completeness.closed = set(reading.completeness.issues) <= READ_TO_THE_END

    def _first(self, first: Document, reading: Reading) -> Document:
        """Return the first page of the search: ``first`` if it is that and an answer, else asked for.

        Raises:
            FormatError: The site answers no way of asking.
        """
        ways = self.entries(reading.url)
        refused: FormatError | None = None
        # that a source gives the plainest way itself does not say that it refuses the better ones
        if first.url in ways and (first.url == ways[0] or first.url != reading.url):
            if (refused := _find_refusal(first)) is None:
                return first
            ways = ways[ways.index(first.url) + 1 :]
        first.body.close()
        for way in ways:
            try:
                page = reading.client.get(way, accept=self.accept)
            except FetchError as error:
                status = error.params.get("status")
                reason = f"HTTP {status}" if status else "?"
                refused = refused or FormatError("ckan_not_an_answer", url=way, reason=reason)
                if may_be_asked_otherwise(error):
                    continue
                break
            if (refusal := _find_refusal(page)) is None:
                return page
            refused = refused or refusal
            page.body.close()
        raise refused or FormatError("ckan_not_an_answer", url=reading.url, reason="?")

    def _next(self, url: str, requested: set[str], reading: Reading) -> Document | None:
        return reading.open(url, requested, self.accept)

    def _result(self, page: Document, reading: Reading) -> tuple[int, list[dict[str, Any]]]:
        """Return how many datasets there are, and those of the page.

        Raises:
            FormatError: It is no answer of CKAN's.
        """
        try:
            answer = streams.json_page(page)
        except FormatError as error:
            content, whole = streams.read_whole_records(
                page, error, r'"results"\s*:', _is_dataset, reading.record_unreadable
            )
            if not (told := re.search(r'"count"\s*:\s*(\d+)', content.partition('"results"')[0])):
                raise
            answer = {"success": True, "result": {"count": int(told[1]), "results": whole}}
        result = answer.get("result") if isinstance(answer, Mapping) and answer.get("success") is True else None
        count, datasets = (result.get("count"), result.get("results")) if isinstance(result, Mapping) else (None, None)
        if isinstance(count, str) and count.isascii() and count.isdecimal():
            count = int(count)
        if not isinstance(count, int) or not isinstance(datasets, list):
            raise FormatError("ckan_not_an_answer", url=page.url, reason=_refusal(answer))
        for number, entry in enumerate(datasets, 1):
            if not isinstance(entry, dict):
                reading.add_issue("entry_no_dataset", page.url, number=number)
        return count, [entry for entry in datasets if isinstance(entry, dict)]

    def _record(self, entry: dict[str, Any], base: str) -> Record:
        guid = str(entry.get("id") or "").strip() or None
        site = base.partition("/api/")[0]
        position = f"{site}/dataset/{quote(str(entry.get('name') or guid or ''))}"
        if streams.is_too_deep(entry):
            return Record(guid, {"@oversized": streams.DEEPEST_JSON}, position)
        return Record(guid, clean_dataset(entry) | {"@page": position}, position)


def _is_dataset(entry: Mapping[str, Any]) -> bool:
    """Tell a dataset from what stands inside one: files, groups, the organisation."""
    return "id" in entry and bool(entry.keys() & {"resources", "notes", "num_resources"})


def _ascending(last: str, datasets: list[dict[str, Any]]) -> bool:
    """Tell whether the ids rise, beginning above ``last``."""
    ids = [last, *(str(entry.get("id")) for entry in datasets)]
    return all(before < after for before, after in pairwise(ids))


def clean_dataset(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dataset without what changes by itself; ``extras`` become an object, names of tags and groups lists."""
    raw = {key: value for key, value in entry.items() if key not in VOLATILE and value not in (None, "", [], {})}
    extras = {
        pair["key"]: pair["value"]
        for pair in entry.get("extras") or ()
        if isinstance(pair, Mapping) and pair.get("key") and pair.get("value") not in (None, "")
    }
    if extras:
        raw["extras"] = extras
    for name in ("tags", "groups"):
        if name in raw and isinstance(raw[name], list):
            labels = [_label(item) for item in raw[name]]
            raw[name] = sorted(label for label in labels if label)
    if isinstance(organization := raw.get("organization"), Mapping):
        raw["organization"] = {key: organization[key] for key in ("name", "title") if organization.get(key)}
    if isinstance(raw.get("resources"), list):
        files = [item for item in raw["resources"] if not isinstance(item, Mapping) or item.get("state") != "deleted"]
        raw["resources"] = [_file(item) if isinstance(item, Mapping) else item for item in files]
    return raw


def _label(item: Any) -> str:
    if isinstance(item, Mapping):
        return str(item.get("display_name") or item.get("title") or item.get("name") or "")
    return str(item)


def _file(item: Mapping[str, Any]) -> dict[str, Any]:
    gone = {"package_id", "revision_id", "position", "tracking_summary", "cache_last_updated", "datastore_active"}
    file = {key: value for key, value in item.items() if key not in gone and value not in (None, "", [], {})}
    return file | ({"@id": str(item["id"])} if item.get("id") else {})


def _find_refusal(page: Document) -> FormatError | None:
    """Return why a page is no answer with datasets, by its beginning; None when it begins as one."""
    head = text.decode_head(page.head(16_384)).lstrip("\ufeff \t\r\n")
    if head.startswith("{") and not re.search(r'"success"\s*:\s*false', head):
        return None
    try:
        answer = streams.json_page(page)
    except FormatError as error:
        return error
    return FormatError("ckan_not_an_answer", url=page.url, reason=_refusal(answer))


def _refusal(answer: Any) -> str:
    """Return what CKAN says of a question that it did not answer."""
    error = answer.get("error") if isinstance(answer, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else error
    return str(message or error or "?")[:300]


def _page_url(base: str, last: str | None = None, start: int | None = None) -> str:
    """Return the address of a page: of the datasets after ``last``, or from ``start`` on."""
    parts = urlsplit(base)
    query = dict(parse_qsl(parts.query))
    if last is not None:
        query["fq"] = f'{query.get("fq", "")} +id:{{"{last}" TO *]'.strip()
    if start is not None:
        query["start"] = str(start)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, quote_via=quote), ""))


FORMAT = CkanFormat()
