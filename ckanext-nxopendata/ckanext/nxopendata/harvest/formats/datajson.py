"""``data.json``: Project Open Data 1.1 and DCAT-US 3, as one JSON document of any size.

The datasets stand in ``dataset``, in a plain list (POD 1.0), or in the ``dataset`` of a ``catalog`` inside the
catalogue (DCAT-US 3), two levels deep at most. One dataset is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ckanext.nxopendata.harvest.errors import FormatError, Problem
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import Reading, Record, streams
from ckanext.nxopendata.harvest.mapping.values import CONTROL

LISTS = ("dataset", "datasetSeries.item.seriesMember", "service.item.servesDataset")
"""Where the datasets of a catalogue stand (DCAT-US 3: in its series and services too)."""
INSIDE = tuple(
    f"{catalogue}{place}.item" for catalogue in ("", "catalog.item.", "catalog.item.catalog.item.") for place in LISTS
)
WORDS = ("dataset", "datasetSeries", "service")
MARKS = ("project-open-data", "pod-schema", "dcat-us", "dcat_us")
"""What only stands in a catalogue of this kind."""


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
        if not head.startswith("{") or '"success"' in lowered:
            return False
        if any(mark in lowered for mark in MARKS):
            return True
        if document.media_type == "application/ld+json" or '"@context"' in lowered or '"@graph"' in lowered:
            return False  # DCAT in JSON-LD: its context says what the words mean
        return any(f'"{word.lower()}"' in lowered for word in WORDS)

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the datasets in the order of the document.

        Raises:
            FormatError: Not JSON, broken off, or without a list of datasets.
        """
        reading.completeness.add_page(first)
        with first:
            listed = text.decode_head(first.head(64)).lstrip("\ufeff \t\r\n").startswith("[")
            has_records, described, named = False, set[str](), dict[str, None]()
            for number, (prefix, entry) in enumerate(self._entries(first, reading, listed=listed), 1):
                guid = identifier(entry) if not isinstance(entry, Mapping) else None
                if isinstance(entry, Mapping) and not entry.keys() - {"@id", "@type"}:
                    guid = identifier(entry.get("@id"))
                is_elsewhere = prefix not in ("item", "dataset.item")
                if (guid or not isinstance(entry, Mapping)) and (is_elsewhere or "://" in (guid or "")):
                    named |= {guid: None} if guid else {}
                    continue
                if not entry and not isinstance(entry, bool):
                    reading.report(Problem("entry_empty", "page", position=first.url, params={"number": number}))
                    continue
                has_records = True
                record = self._record(entry, number, first.url)
                if not prefix.endswith("dataset.item") and record.guid in described:
                    continue  # a member of a series that stands in the list too
                described |= {
                    record.guid or "",
                    identifier(entry.get("@id")) or "" if isinstance(entry, Mapping) else "",
                }
                yield record
            for name in named:
                if name not in described:
                    reading.add_issue("listed_not_described", first.url, name=name)
            if not has_records and not listed and not self._has_list(first):
                entry = next((entry for entry in streams.json_items(first, "dataset", "") if _is_dataset(entry)), None)
                if entry is None:
                    raise FormatError("json_without_datasets", url=first.url)
                yield self._record(entry, 1, first.url)
        reading.completeness.closed = True

    def _entries(self, document: Document, reading: Reading, *, listed: bool) -> Iterator[tuple[str, Any]]:
        """Yield each dataset of the document, and the path at which it stands."""
        first = "item" if listed else "dataset.item"
        array = "" if listed else r'"dataset"\s*:'
        for entry in streams.json_records(document, first, array, _is_record, reading.record_unreadable):
            yield first, entry
        if listed or "records_unreadable" in reading.completeness.issues:
            return
        words = streams.find_words(document, "catalog", "seriesMember", "servesDataset")
        for prefix in INSIDE[1:]:
            if ("catalog" in words or not prefix.startswith("catalog")) and (
                prefix.endswith("dataset.item") or prefix.split(".")[-2] in words
            ):
                for entry in streams.json_items(document, prefix):
                    yield prefix, entry

    def _has_list(self, document: Document) -> bool:
        return any(isinstance(value, list) for value in streams.json_items(document, *WORDS, "catalog"))

    def _record(self, entry: Any, number: int, url: str) -> Record:
        position = f"{url}#dataset[{number}]"
        if not isinstance(entry, Mapping):
            return Record(None, {}, position)
        guid = identifier(entry.get("identifier")) or identifier(entry.get("@id"))
        if streams.is_too_deep(entry):
            return Record(guid, {"@oversized": streams.DEEPEST_JSON}, position)
        return Record(guid, entry, position)


def _is_record(entry: Mapping[str, Any]) -> bool:
    return "identifier" in entry or ("title" in entry and bool(entry.keys() & {"publisher", "distribution", "keyword"}))


def _is_dataset(entry: Any) -> bool:
    """Tell whether a document, or its only ``dataset``, is itself a dataset."""
    kinds = str(entry.get("@type", "dcat:Dataset")) if isinstance(entry, Mapping) else ""
    return "Dataset" in kinds and "title" in entry and bool(entry.keys() & {"identifier", "@id"})


def identifier(value: Any) -> str | None:
    """Return the identifier: a text, or DCAT-US 3's ``{"@id"}`` / ``{"notation"}``; None when there is none."""
    if isinstance(value, list):
        return next((found for item in value if (found := identifier(item))), None)
    if isinstance(value, Mapping):
        return identifier(value.get("@id")) or identifier(value.get("notation"))
    if isinstance(value, str):
        return CONTROL.sub("", value).strip() or None
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


FORMAT = DataJsonFormat()
