"""``data.json``: Project Open Data 1.1 and DCAT-US 3, as one JSON document of any size.

The datasets stand in ``dataset``, in a plain list (POD 1.0), or in the ``dataset`` of a ``catalog`` inside the
catalogue (DCAT-US 3), two levels deep at most. One dataset is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import Reading, Record, streams

INSIDE = ("dataset.item", "catalog.item.dataset.item", "catalog.item.catalog.item.dataset.item")
MARKS = ('"dataset"', "project-open-data", "pod-schema", "dcat-us", "dcat-us/3.0")


class DataJsonFormat:
    """``data.json``."""

    name: ClassVar[str] = "datajson"
    accept: ClassVar[str] = "application/json, */*;q=0.1"
    mapping: ClassVar[str] = "datajson"

    def recognises(self, document: Document) -> bool:
        head = text.decode_head(document.head(16_384)).lstrip("\ufeff \t\r\n")
        if head.startswith("["):
            return '"identifier"' in head and '"title"' in head and '"@graph"' not in head
        lowered = head.lower()
        return head.startswith("{") and any(mark in lowered for mark in MARKS) and '"success"' not in lowered

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the datasets in the order of the document.

        Raises:
            FormatError: Not JSON, broken off, or without a list of datasets.
        """
        reading.completeness.add_page(first)
        with first:
            listed = text.decode_head(first.head(64)).lstrip("\ufeff \t\r\n").startswith("[")
            prefixes = ("item",) if listed else INSIDE
            number = 0
            for number, entry in enumerate(streams.json_items(first, *prefixes), start=1):
                yield self._record(entry, number, first.url)
            if not number and not listed and not self._has_list(first):
                raise FormatError("json_without_datasets", url=first.url)
        reading.completeness.closed = True

    def _has_list(self, document: Document) -> bool:
        return any(isinstance(value, list) for value in streams.json_items(document, "dataset", "catalog"))

    def _record(self, entry: Any, number: int, url: str) -> Record:
        position = f"{url}#dataset[{number}]"
        if not isinstance(entry, Mapping):
            return Record(None, {}, position)
        guid = identifier(entry.get("identifier")) or identifier(entry.get("@id"))
        if streams.is_too_deep(entry):
            return Record(guid, {"@oversized": streams.DEEPEST_JSON}, position)
        return Record(guid, {**entry, **_period(entry.get("temporal"))}, position)


def identifier(value: Any) -> str | None:
    """Return the identifier: a text, or DCAT-US 3's ``{"@id"}`` / ``{"notation"}``; None when there is none."""
    if isinstance(value, list):
        return next((found for item in value if (found := identifier(item))), None)
    if isinstance(value, Mapping):
        return identifier(value.get("@id")) or identifier(value.get("notation"))
    return value.strip() or None if isinstance(value, str) else str(value) if isinstance(value, int) else None


def _period(value: Any) -> dict[str, Any]:
    """POD's ``temporal``, ``start/end`` in one text, in two; DCAT-US 3 keeps them apart."""
    if not isinstance(value, str) or value.count("/") != 1:
        return {}
    start, end = (part.strip().partition("T")[0] for part in value.split("/"))
    found = {"startDate": start, "endDate": end}
    return {"temporal": [{key: day for key, day in found.items() if day and not day.startswith("P")}]}


FORMAT = DataJsonFormat()
