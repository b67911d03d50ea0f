"""Other portals of this software, by their change feed ``nx_changes_list``.

The first reading asks for everything, a later one for what changed since; then a dataset that was taken back is
told, and what is not told is unchanged. When the other portal forgot the cursor, everything is read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from ckanext.nxopendata.harvest.errors import FetchError, FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import READ_TO_THE_END, Reading, Record, ckan, streams

FEED = "/api/3/action/nx_changes_list"
LIMIT = 100


class NxOpendataFormat:
    """The change feed of another portal of this software."""

    name: ClassVar[str] = "nxopendata"
    accept: ClassVar[str] = "application/json"
    mapping: ClassVar[str] = "nxopendata"

    def entry(self, url: str) -> str:
        """Return the feed of the site that ``url`` is on."""
        parts = urlsplit(url)
        root = parts.path.partition("/api/")[0].rstrip("/")
        return urlunsplit((parts.scheme, parts.netloc, root + FEED, urlencode({"limit": LIMIT}), ""))

    def recognises(self, document: Document) -> bool:
        head = text.decode_head(document.head())
        is_feed = "nx_changes_list" in head or FEED in document.url
        return is_feed and '"success"' in head and head.lstrip("\ufeff \t\r\n").startswith("{")

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield what the feed tells, each dataset once.

        Raises:
            FormatError: The first answer is not the feed's.
        """
        completeness = reading.completeness
        base = self.entry(reading.url)
        cursor = str(reading.memory.get("cursor") or "")
        page: Document | None = self._begin(first, base, cursor, reading)
        completeness.whole = page is first or page.url == base
        requested, seen = {page.url}, set[str]()
        repeated = ""
        while page is not None:
            completeness.add_page(page)
            try:
                with page:
                    answer = _result(page, reading)
            except FormatError as error:
                reading.page_failed(error, page.url)
                return
            for change in answer["changes"]:
                if str(change.get("id")) in seen:
                    # it changed again while we read; the next reading begins here
                    repeated = repeated or cursor
                    continue
                yield self._record(change, page.url)  # twice on one page is a fault of the feed, which the plan tells
            seen.update(str(change.get("id")) for change in answer["changes"])
            if not answer["more"]:
                completeness.memory = {"cursor": repeated or str(answer["cursor"])}
                completeness.closed = set(completeness.issues) <= READ_TO_THE_END
                return
            cursor = str(answer["cursor"])
            page = reading.open(_after(base, cursor), requested, self.accept)

    def _begin(self, first: Document, base: str, cursor: str, reading: Reading) -> Document:
        """Return the first page: after the cursor if the other portal still knows it, else of everything."""
        if cursor:
            try:
                page = reading.client.get(_after(base, cursor), accept=self.accept)
            except FetchError:
                pass
            else:
                first.body.close()
                return page
        if first.url.partition("?")[0] == base.partition("?")[0]:
            return first
        first.body.close()
        try:
            return reading.client.get(base, accept=self.accept)
        except FetchError as error:
            raise FormatError("feed_not_an_answer", url=base) from error

    def _record(self, change: Mapping[str, Any], url: str) -> Record:
        guid = str(change.get("id") or "").strip() or None
        dataset = change.get("dataset")
        site = url.partition("/api/")[0]
        position = f"{site}/dataset/{change.get('name') or guid}"
        if change.get("kind") == "withdrawn":
            return Record(guid, {}, position, withdrawn=True)
        if not isinstance(dataset, Mapping):  # changed, but the feed does not say how
            return Record(guid, {}, position)
        if streams.is_too_deep(dataset):
            return Record(guid, {"@oversized": streams.DEEPEST_JSON}, position)
        return Record(guid, ckan.clean_dataset(dataset) | {"@page": position}, position)


def _result(page: Document, reading: Reading) -> dict[str, Any]:
    """Return the changes of a page, the cursor behind them, and whether there are more; of a broken page what is whole.

    Raises:
        FormatError: It is no answer of the feed.
    """
    try:
        answer = streams.json_page(page)
    except FormatError as error:
        content, whole = streams.read_whole_records(
            page, error, r'"changes"\s*:', _is_change, reading.record_unreadable
        )
        cursors = re.findall(r'"cursor"\s*:\s*"?([\w.:+-]+)', content)
        more = bool(cursors) and re.search(r'"more"\s*:\s*true', content) is not None
        answer = {"success": True, "result": {"changes": whole, "cursor": "".join(cursors[-1:]), "more": more}}
    result = answer.get("result") if isinstance(answer, Mapping) and answer.get("success") is True else None
    if not isinstance(result, dict) or not isinstance(result.get("changes"), list) or "cursor" not in result:
        raise FormatError("feed_not_an_answer", url=page.url)
    changes = [change for change in result["changes"] if isinstance(change, Mapping)]
    return {"changes": changes, "cursor": result["cursor"], "more": bool(result.get("more"))}


def _is_change(entry: Mapping[str, Any]) -> bool:
    return "id" in entry and "kind" in entry


def _after(base: str, cursor: str) -> str:
    return f"{base}&{urlencode({'cursor': cursor})}"


FORMAT = NxOpendataFormat()
