"""GB/T 21063.3 in XML: the package that this portal writes too (``schemas/xsd/catalogue.xsd``).

The reader is the one of the exchange. A package whose records have operations tells only what changed: what it
does not tell stays, and ``delete`` withdraws. Of a document that is not well-formed the whole records are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.nxopendata.exchange import unread, xml
from ckanext.nxopendata.exchange.workbook.reader import Draft
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import READ_TO_THE_END, Reading, Record, streams
from ckanext.nxopendata.harvest.mapping.files import file_name_of, format_of

RECORDS = (f"{xml.NS}record", "record")


class Gbt21063Format:
    """GB/T 21063.3 XML."""

    name: ClassVar[str] = "gbt21063"
    accept: ClassVar[str] = "application/xml, text/xml;q=0.9, */*;q=0.1"
    mapping: ClassVar[str] = "gbt21063"

    def recognises(self, document: Document) -> bool:
        head = streams.read_xml_head(document)
        return xml.NAMESPACE in head or ("<catalogue" in head and "<restitle" in head)

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the records in the order of the document.

        Raises:
            FormatError: Not well-formed (names the line), with a document type, or with another root.
        """
        reading.completeness.add_page(first)
        records = streams.xml_events(first, *RECORDS, report=reading.record_unreadable)
        with first:
            for event, element in records:
                if event == "end":
                    draft = xml.read_record(element)
                    yield self._record(draft, unread.find_unread(element), first.url, reading)
                    continue
                try:
                    xml.read_root(element)
                except xml.BrokenXmlError as error:
                    facts = {"url": first.url, "root": error.params.get("found"), "expected": error.params.get("root")}
                    raise FormatError(error.code, **facts) from error
        reading.completeness.closed = set(reading.completeness.issues) <= READ_TO_THE_END

    def _record(self, draft: Draft, more: dict[str, str], url: str, reading: Reading) -> Record:
        position = f"{url}#line={draft.first.row}"
        code = draft.dataset.get("nx_resource_code") or ""
        guid = code or draft.identifier or None
        if draft.operation:
            reading.completeness.whole = False
        if draft.operation == xml.DELETE:
            return Record(guid, {}, position, withdrawn=True)
        return Record(guid, to_raw(draft) | more, position)


def to_raw(draft: Draft) -> dict[str, Any]:
    """Return a record as plain values, without what is empty."""
    values = {name: value for name, value in draft.dataset.items() if value not in ("", [], {}, None)}
    if tags := values.get("tags"):
        values["tags"] = [tag["name"] for tag in tags]
    facts = {"provider": draft.provider, "provider_code": draft.uscc, "mdId": draft.identifier}
    values |= {name: value for name, value in facts.items() if value}
    described = {file.get("url"): file for file in draft.files}
    files = [described.pop(link, None) or _bare_file(link) for link in draft.links]
    if files := [*files, *described.values()]:
        values["files"] = files
    return values


def _bare_file(link: str) -> dict[str, str]:
    """Return what the address of a file says of it."""
    name, written = file_name_of(link), format_of(link)
    facts = {"url": link, "name": name, "nx_file_name": name, "format": written}
    return {key: value for key, value in facts.items() if value}


FORMAT = Gbt21063Format()
