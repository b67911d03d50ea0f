"""GB/T 21063.3 in XML: the package that this portal writes too (``schemas/xsd/catalogue.xsd``).

The reader is the one of the exchange. A package whose records have operations tells only what changed: what it
does not tell stays, and ``delete`` withdraws.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.nxopendata.exchange import xml
from ckanext.nxopendata.exchange.workbook.reader import Draft
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching import text
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import Reading, Record, streams


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
        with first:
            body = text.to_utf8(first, xml=True)
            if text.has_doctype(body):
                raise FormatError("xml_doctype", url=first.url)
            try:
                for draft in xml.records(body):
                    yield self._record(draft, first.url, reading)
            except xml.BrokenXmlError as error:
                facts = {"url": first.url, **error.params}
                if error.code == "xml_root":
                    facts |= {"root": error.params["found"], "expected": error.params["root"]}
                raise FormatError(error.code, **facts) from error
        reading.completeness.closed = True

    def _record(self, draft: Draft, url: str, reading: Reading) -> Record:
        position = f"{url}#line={draft.first.row}"
        code = draft.dataset.get("nx_resource_code") or ""
        guid = code or draft.identifier or None
        if draft.operation:
            reading.completeness.whole = False
        if draft.operation == xml.DELETE:
            return Record(guid, {}, position, withdrawn=True)
        return Record(guid, to_raw(draft), position)


def to_raw(draft: Draft) -> dict[str, Any]:
    """Return a record as plain values, without what is empty."""
    values = {name: value for name, value in draft.dataset.items() if value not in ("", [], {}, None)}
    if tags := values.get("tags"):
        values["tags"] = [tag["name"] for tag in tags]
    facts = {"provider": draft.provider, "provider_code": draft.uscc, "mdId": draft.identifier}
    values |= {name: value for name, value in facts.items() if value}
    if draft.links:
        values["files"] = [{"url": link} for link in draft.links]
    return values


FORMAT = Gbt21063Format()
