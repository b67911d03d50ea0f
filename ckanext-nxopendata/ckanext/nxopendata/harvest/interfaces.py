"""How other extensions take part in the harvest."""

from __future__ import annotations

from collections.abc import Iterable

from ckan.plugins import Interface

from ckanext.nxopendata.harvest.formats import Format


class IHarvestFormat(Interface):
    """Offer formats of catalogues.

    A format is any object with the members of :class:`ckanext.nxopendata.harvest.formats.Format`::

        class LinesFormat:
            name = "lines"                      # what a source's "format" says
            accept = "text/plain"               # the Accept header of its requests
            mapping = str(HERE / "lines.yaml")  # or the name of a file in schemas/mappings

            def recognises(self, document):     # is this the first page of such a catalogue?
                return document.head(6) == b"#lines"

            def read(self, first, reading):     # yield the records, one at a time
                reading.completeness.add_page(first)
                with first:
                    for number, line in enumerate(first.body, start=1):
                        guid, _, title = line.decode().strip().partition(" ")
                        yield Record(guid or None, {"title": title}, f"{first.url}#{number}")
                reading.completeness.closed = True


        class LinesPlugin(p.SingletonPlugin):
            p.implements(IHarvestFormat)

            def get_harvest_formats(self):
                return [LinesFormat()]

    ``read`` holds no more than a page in memory, asks for further pages with ``reading.open`` (which counts them
    and notices loops), reports what speaks against completeness by ``reading.add_issue``, and sets
    ``completeness.closed`` when it reached the end: only then are vanished datasets withdrawn. It raises
    :class:`ckanext.nxopendata.harvest.errors.FormatError` when the first document cannot be read at all.

    Two things are optional. A method ``entry(url)`` makes of a source's address the one to ask first. A format that
    tells only what changed sets ``completeness.whole = False``, gives records with ``withdrawn=True`` for what was
    taken back, and keeps a cursor in ``completeness.memory``, which is ``reading.memory`` the next time; an empty
    memory asks for everything.
    """

    def get_harvest_formats(self) -> Iterable[Format]:
        """Return the formats of this extension, asked before the built-in ones; they replace those of the same name."""
        return ()
