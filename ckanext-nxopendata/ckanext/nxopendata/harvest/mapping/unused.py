"""Which parts of a record no rule of a mapping reads, at any depth."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.harvest.mapping.codes import LABELS_OF_CODES
from ckanext.nxopendata.harvest.mapping.dates import parse_day
from ckanext.nxopendata.harvest.mapping.languages import is_language_map
from ckanext.nxopendata.harvest.mapping.rules import FieldMapping
from ckanext.nxopendata.harvest.mapping.shapes import is_shape_name
from ckanext.nxopendata.harvest.mapping.values import find_label, to_identifier

IGNORED = frozenset({"@id", "@type", "@page", "@value", "@language", "id", "type"})
"""Names that say what a node is, not what it describes."""

MOST_NAMED = 100

_PUBLIC = frozenset({"public", "open", "openaccess", "cabf2", "unclassified", "active", "dataset"})
_PUBLIC |= {"true", "false", "0", "1", "公开", "开放", "无条件开放", "主动公开"}
"""Words by which a source says that a record is a public dataset."""

_OF_CODES = frozenset({"code", "codes", "cycle", "class"})
_OF_TEXTS = frozenset({"text", "localised", "paragraphs", "tags"})


@dataclass(slots=True)
class UsedNames:
    """What a mapping reads of a record: a tree of the steps of its paths.

    Attributes:
        inside: Name -> what is read below it.
        kinds: Of the rules that read the value itself; ``part`` for the entries of a part.
    """

    inside: dict[str, UsedNames] = dataclasses.field(default_factory=dict)
    kinds: set[str] = dataclasses.field(default_factory=set)

    @classmethod
    def of(cls, mapping: FieldMapping) -> UsedNames:
        """Build the tree of a mapping."""
        tree = cls()
        for rule in mapping.dataset.values():
            tree._add((*rule.sources, *rule.stand_ins, rule.english, *rule.when), rule.kind)
        for part in mapping.parts.values():
            for each in part.each:
                tree._add([each], "part")
                tree._add([f"{each} > {path}" for path in (part.order, part.literal, *part.split) if path], "text")
                for rule in part.fields.values():
                    paths = (*rule.sources, *rule.stand_ins, rule.english, *rule.when)
                    tree._add([f"{each} > {path}" for path in paths if path], rule.kind)
        for rule in mapping.withheld:
            tree._add([rule.source], "withheld")
            tree._add([rule.without], "text")
        tree._add(mapping.columns, "column")
        return tree

    def _add(self, paths: Iterable[str], kind: str) -> None:
        for path in filter(None, paths):
            node = self
            for step in path.split(" > "):
                node = node.inside.setdefault(step, UsedNames())
            node.kinds.add(kind)


def find_unused(used: UsedNames, raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names in a record that no rule reads, each once: ``distribution > describedBy``."""
    yield from dict.fromkeys(_find(used, raw, ""))


def _find(used: UsedNames, node: Mapping[str, Any], above: str) -> Iterator[str]:
    read = _read_by_itself(used, node) if above else frozenset()
    for name, value in node.items():
        if name in IGNORED or name in read:
            continue
        below = used.inside.get(name) or used.inside.get(name.lstrip("@"))
        path = f"{above} > {name}" if above else name.lstrip("@")  # which a workbook's own headers have
        if name == "extras" and not above and isinstance(value, Mapping):
            yield from _find(below or UsedNames(), value, path)
        elif below is None:
            if not _is_empty(value):
                yield path
        else:
            yield from _look_inside(below, value, path)


def _look_inside(used: UsedNames, value: Any, path: str) -> Iterator[str]:
    """Yield what is not read of a value of which something is."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _look_inside(used, item, path)
    elif isinstance(value, Mapping) and value.keys() - {"@id", "@type"} and "@value" not in value:
        if "column" not in used.kinds:
            yield from _find(used, value, path)
    elif used.kinds == {"withheld"}:
        if not _says_public(value):
            yield path
    elif not used.kinds and not _is_empty(value):  # a text or an address where a node is expected
        yield path


def _says_public(value: Any) -> bool:
    """Tell whether a value that was only asked whether a record is public says that it is, or a day that has come."""
    text = to_identifier(value).lower()
    last = re.sub(r"[\s_-]", "", re.split(r"[/#]", text.rstrip("/"))[-1])
    return not text or last in _PUBLIC or parse_day(text) is not None


def _read_by_itself(used: UsedNames, node: Mapping[str, Any]) -> frozenset[str]:
    """Return the names in a node that the kinds read which are given the whole node."""
    kinds = used.kinds - {"part"}
    if not kinds:
        return frozenset()
    if (kinds & _OF_TEXTS and is_language_map(node)) or "tags_by_language" in kinds:
        return frozenset(node)
    names = {label} if (label := find_label(node)) else set[str]()
    if kinds & _OF_CODES or "region" in kinds:
        names |= {*LABELS_OF_CODES}
    if "region" in kinds:
        names |= {name for name in node if is_shape_name(name)}
    return frozenset(names)


def list_names(counts: Counter[str]) -> str:
    """Return names and how many records have them, the most frequent first: ``a (3), b (1)``."""
    names = [f"{name} ({number})" for name, number in counts.most_common(MOST_NAMED)]
    more = len(counts) - len(names)
    return ", ".join([*names, *([f"… (+{more})"] if more else [])])


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, (list, tuple)):
        return all(map(_is_empty, value))
    if isinstance(value, Mapping):
        return _is_empty(value["@value"]) if "@value" in value else not value
    return value is None
