"""Parsed documents as lines of N-Triples: in memory, or in a database on disk when they are large."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from typing import Any, Protocol

import pyoxigraph as ox

from ckanext.nxopendata.harvest.formats.rdf.mending import Repairs, mend_lines
from ckanext.nxopendata.harvest.formats.rdf.vocabulary import DATASET, LOOKED_UP, line_start, type_line

TRIPLES = 50_000
"""Written as N-Triples at once."""

Lines = list[bytes]
"""What is rest of one node: ``<predicate> object`` in N-Triples."""

IS_DATASET = type_line(DATASET)

_LOOKED_UP = tuple(map(line_start, LOOKED_UP))


class Graph(Protocol):
    """A parsed document. Subjects are terms of N-Triples: ``<iri>`` or ``_:label``."""

    def lines(self, subject: bytes) -> Lines | None:
        """Return what the document says of a subject; None when it says nothing."""
        ...

    def datasets(self) -> Iterator[bytes]:
        """Yield the subjects that are datasets."""
        ...

    def looked_up(self) -> Lines:
        """Return the lines with the predicates of :data:`LOOKED_UP`."""
        ...

    def objects(self) -> set[bytes]:
        """Return the nodes that are objects of statements."""
        ...

    @property
    def repairs(self) -> Repairs:
        """What was mended in the document, and what was left out."""
        ...

    def close(self) -> None:
        """Free what the document takes up."""
        ...


class MemoryGraph:
    """A document as subject -> lines."""

    def __init__(self, triples: Iterator[Any], repairs: Repairs) -> None:
        self.repairs = repairs
        self._nodes: dict[bytes, Lines] = {}
        self._looked_up: Lines = []
        for part in _to_lines(triples, repairs):
            _gather(part, self._nodes, self._looked_up)

    def lines(self, subject: bytes) -> Lines | None:
        return self._nodes.get(subject)

    def datasets(self) -> Iterator[bytes]:
        return (subject for subject, lines in self._nodes.items() if IS_DATASET in lines)

    def looked_up(self) -> Lines:
        return self._looked_up

    def objects(self) -> set[bytes]:
        return {term for lines in self._nodes.values() for term in _objects(lines)}

    def close(self) -> None:
        self._nodes = {}


class DiskGraph:
    """The same in a database on disk (SQLite), for documents too large for memory.

    What the parser gives is stored as it comes; a subject that occurs in several places has several rows. Memory does
    not grow with the document. ``pyoxigraph.Store`` was measured instead: see docs/dependencies.md.
    """

    def __init__(self, triples: Iterator[Any], repairs: Repairs) -> None:
        self.repairs = repairs
        self._folder = tempfile.mkdtemp(prefix="nx-harvest-")
        self._database = sqlite3.connect(f"{self._folder}/graph", isolation_level=None)
        self._looked_up: Lines = []
        try:
            self._load(triples)
        except BaseException:
            self.close()
            raise

    def _load(self, triples: Iterator[Any]) -> None:
        database = self._database
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -16000", "locking_mode = exclusive"):
            database.execute(f"PRAGMA {setting}")
        database.execute("CREATE TABLE node (subject BLOB, lines BLOB)")
        database.execute("CREATE TABLE dataset (subject BLOB)")
        database.execute("BEGIN")
        for part in _to_lines(triples, self.repairs):
            nodes: dict[bytes, Lines] = {}
            _gather(part, nodes, self._looked_up)
            database.executemany("INSERT INTO node VALUES (?, ?)", ((k, b"\n".join(v)) for k, v in nodes.items()))
            datasets = ((subject,) for subject, lines in nodes.items() if IS_DATASET in lines)
            database.executemany("INSERT INTO dataset VALUES (?)", datasets)
        database.execute("COMMIT")
        database.execute("CREATE INDEX by_subject ON node (subject)")

    def lines(self, subject: bytes) -> Lines | None:
        rows = self._database.execute("SELECT lines FROM node WHERE subject = ? ORDER BY rowid", (subject,))
        return [line for (lines,) in rows for line in lines.split(b"\n")] or None

    def datasets(self) -> Iterator[bytes]:
        query = "SELECT subject FROM dataset GROUP BY subject ORDER BY min(rowid)"
        return (subject for (subject,) in self._database.execute(query))

    def looked_up(self) -> Lines:
        return self._looked_up

    def objects(self) -> set[bytes]:
        rows = self._database.execute("SELECT lines FROM node")
        return {term for (lines,) in rows for term in _objects(lines.split(b"\n"))}

    def close(self) -> None:
        self._database.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _objects(lines: Lines) -> Iterator[bytes]:
    return (term for line in lines if (term := line.partition(b" ")[2])[:1] in (b"<", b"_"))


def find_objects(graph: Graph, *predicates: str) -> list[Any]:
    """Find the objects of predicates of :data:`LOOKED_UP`, whatever their subjects."""
    wanted = tuple(map(line_start, predicates))
    lines = (b"_:x %s ." % line for line in graph.looked_up() if line.startswith(wanted))
    return [quad.object for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES, lenient=True)]


def _to_lines(triples: Iterator[Any], repairs: Repairs) -> Iterator[list[bytes]]:
    """Yield the document as lines ``subject predicate object``, part by part."""
    while part := ox.serialize(itertools.islice(triples, TRIPLES), format=ox.RdfFormat.N_TRIPLES):
        yield mend_lines(part[:-3], repairs).split(b" .\n")


def _gather(lines: list[bytes], nodes: dict[bytes, Lines], looked_up: Lines) -> None:
    """Put the lines under their subjects, and those of :data:`LOOKED_UP` beside them as well."""
    for line in lines:
        subject, _, rest = line.partition(b" ")
        if subject in nodes:
            nodes[subject].append(rest)
        else:
            nodes[subject] = [rest]
        if rest.startswith(_LOOKED_UP):
            looked_up.append(rest)
