"""What another extension writes to add a format: one class, one mapping, one plugin."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import ckan.plugins as p

from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import Reading, Record
from ckanext.nxopendata.harvest.interfaces import IHarvestFormat


class LinesFormat:
    """``#lines``, then a dataset a line: identifier, title, address."""

    name: ClassVar[str] = "lines"
    accept: ClassVar[str] = "text/plain"
    mapping: ClassVar[str] = str(Path(__file__).parent / "lines.yaml")

    def recognises(self, document: Document) -> bool:
        return document.head(6) == b"#lines"

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        reading.completeness.add_page(first)
        with first:
            for number, line in enumerate(first.body, start=1):
                if not line.startswith(b"#"):
                    guid, title, address = line.decode().strip().split(maxsplit=2)
                    yield Record(guid, {"title": title, "files": [{"url": address}]}, f"{first.url}#{number}")
        reading.completeness.closed = True


class LinesPlugin(p.SingletonPlugin):
    p.implements(IHarvestFormat)

    def get_harvest_formats(self) -> list[Any]:
        return [LinesFormat()]
