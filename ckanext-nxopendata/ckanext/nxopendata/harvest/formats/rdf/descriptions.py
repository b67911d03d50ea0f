"""The description of a dataset: what a document says of it and of the nodes that belong to it.

A description is a tree: CURIE -> list of values, where a value is a string, ``{"@value", "@language"}``, ``{"@id"}``
or the tree of a node that belongs to the dataset. Values are sorted and blank nodes have no labels, so that equal
descriptions are equal JSON whatever their order or syntax.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from ckanext.nxopendata.harvest.formats.rdf.graphs import Graph, Lines
from ckanext.nxopendata.harvest.formats.rdf.vocabulary import OWNED, PREFIXES, curie, iri, token

DEEPEST = 4

MOST_NODES = 20_000
"""A single dataset with more nodes than this is refused rather than expanded."""

MARKUP = frozenset(PREFIXES["rdf"] + name for name in ("XMLLiteral", "HTML"))
"""Types of texts that are written with elements."""

_ELEMENT = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)

QUOTE = ord('"')

_OWNED = frozenset(token(PREFIXES[prefix] + name) for prefix, _, name in (key.partition(":") for key in OWNED))

Terms = list[Any]

Nodes = dict[str, dict[str, Terms]]
"""Subject -> predicate -> objects. Subjects are IRIs, or ``_:label`` for blank nodes."""


class TooManyNodesError(Exception):
    """A dataset owns more nodes than :data:`MOST_NODES`."""


class Description(Mapping[str, Any]):
    """What a graph says of a subject and of the nodes it owns: a tree that is built when it is read.

    Does not need the graph once it is made.

    Args:
        lines: What the graph says of the subject itself.

    Attributes:
        canonical: Equal for equal descriptions, whatever the order of their statements and the labels of their
            blank nodes.

    Raises:
        TooManyNodesError: It is too large to be one dataset.
    """

    def __init__(self, graph: Graph, subject: bytes, lines: Lines) -> None:
        self.subject = subject
        self._owned: dict[bytes, Lines] = {}
        self._budget = MOST_NODES
        self.canonical = self._canonical_lines(graph, subject, lines, frozenset())

    def _canonical_lines(self, graph: Graph, subject: bytes, lines: Lines, above: frozenset[bytes]) -> bytes:
        """Return the lines in order, those that lead to owned nodes with what is said of these."""
        self._budget -= len(lines)
        if self._budget < 0:
            raise TooManyNodesError
        self._owned[subject] = lines
        above = above | {subject}
        parts = []
        for line in lines:
            if line[-1] == QUOTE:  # most are plain texts, which lead nowhere
                parts.append(line)
                continue
            predicate, _, term = line.partition(b" ")
            blank = term.startswith(b"_")
            if (blank or predicate in _OWNED) and term not in above and len(above) <= DEEPEST:
                node = graph.lines(term)
                if node:
                    parts.append(b"%s %s" % (predicate, self._canonical_lines(graph, term, node, above)))
                    continue
            parts.append(predicate if blank else line)
        parts.sort()
        return b"%s{%s}" % (b"" if subject.startswith(b"_") else subject, b"\n".join(parts))

    @cached_property
    def tree(self) -> dict[str, Any]:
        lines = (b"%s %s ." % (subject, line) for subject, lines in self._owned.items() for line in lines)
        nodes: Nodes = {}
        for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES, lenient=True):
            nodes.setdefault(_key(quad.subject), {}).setdefault(quad.predicate.value, []).append(quad.object)
        return _tree(nodes, iri(self.subject) or self.subject.decode(), frozenset())

    def __getitem__(self, key: str) -> Any:
        return self.tree[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tree)

    def __len__(self) -> int:
        return len(self.tree)


def _key(term: Any) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value


def _tree(nodes: Nodes, subject: str, above: frozenset[str]) -> dict[str, Any]:
    result: dict[str, Any] = {} if subject.startswith("_:") else {"@id": subject}
    node, above = nodes.get(subject, {}), above | {subject}
    for predicate in sorted(node):
        terms, name = node[predicate], curie(predicate)
        if name == "rdf:type":
            result["@type"] = sorted(curie(term.value) for term in terms if isinstance(term, ox.NamedNode))
            continue
        values = [_value(nodes, term, name in OWNED, above) for term in terms]
        if len(values) > 1:
            values.sort(key=_order)
        result[name] = values
    return result


def _value(nodes: Nodes, term: Any, owned: bool, above: frozenset[str]) -> Any:
    if isinstance(term, ox.Literal):
        if term.datatype.value in MARKUP:
            return html.unescape(_ELEMENT.sub("", term.value))
        return {"@value": term.value, "@language": term.language.lower()} if term.language else term.value
    if isinstance(term, ox.Triple):
        return str(term)
    key = _key(term)
    if (owned or isinstance(term, ox.BlankNode)) and key not in above and len(above) <= DEEPEST and key in nodes:
        return _tree(nodes, key, above)
    return {} if isinstance(term, ox.BlankNode) else {"@id": key}


def _order(value: Any) -> str:
    """Return a key that depends on the content alone: trees are built with their keys in order."""
    return value if isinstance(value, str) else repr(value)
