"""The mappings of ``schemas/mappings``: load them, and change them for a source.

A mapping names for each field of ours where the value stands in the record (``from``, tried in order; steps
of a path are parted by ``" > "``) and what kind of value it is (``as``, a key of
:data:`~ckanext.nxopendata.harvest.mapping.converters.CONVERTERS`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.harvest.mapping.converters import CONVERTERS
from ckanext.nxopendata.harvest.mapping.rules import Column, FieldMapping, Part, Rule, Withheld

FOLDER = resources.files("ckanext.nxopendata.schemas") / "mappings"

RULE_KEYS = frozenset({"from", "else", "as", "list", "values", "default"})

canonical_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""JSON that is equal for equal values."""


class MappingError(Exception):
    """The changes of a source to its mapping cannot be used.

    Attributes:
        code: Why: ``mapping_shape``, ``mapping_kind`` or ``mapping_list``.
        where: The entry at fault.
    """

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code, where)
        self.code, self.where = code, where


@cache
def load(name: str) -> FieldMapping:
    """Read ``schemas/mappings/<name>.yaml``.

    Args:
        name: Of a file in ``schemas/mappings``, or the path of a file of another extension.

    Raises:
        FileNotFoundError: There is no such mapping.
    """
    return _build(name, _content(name))


def adapt(base: FieldMapping, changes: Mapping[str, Any]) -> FieldMapping:
    """Return ``base`` with what a source changes in it.

    Args:
        changes: ``{"dataset": {field: rule}, "parts": {part: {field: rule}}, "columns": {key: [header]}}``;
            of a rule (``from``, ``as``, ``list``, ``values``, ``default``) what is not given stays as it is in
            ``base``, ``values`` are added, and the headers of a column are added to those known.

    Raises:
        MappingError: An entry is unknown or not of this shape.
    """
    if not changes:
        return base
    check_changes(changes)
    return _adapt(base.name, canonical_json(changes))


@lru_cache(maxsize=64)
def _adapt(name: str, changes: str) -> FieldMapping:
    return _build(name, _content(name), json.loads(changes))


def check_changes(changes: Any) -> None:
    """Check that ``changes`` has the shape that :func:`adapt` wants.

    Raises:
        MappingError: It has not.
    """
    if not isinstance(changes, Mapping):
        raise MappingError("mapping_shape", "")
    for section, entries in changes.items():
        if section not in ("dataset", "parts", "columns") or not isinstance(entries, Mapping):
            raise MappingError("mapping_shape", str(section))
        for key, entry in entries.items():
            where = f"{section}.{key}"
            if section == "columns":
                if not isinstance(entry, list) or not all(isinstance(header, str) and header for header in entry):
                    raise MappingError("mapping_shape", where)
            elif section == "dataset":
                _check_rule(entry, where)
            elif isinstance(entry, Mapping):
                for name, rule in entry.items():
                    _check_rule(rule, f"{where}.{name}")
            else:
                raise MappingError("mapping_shape", where)


def _check_rule(rule: Any, where: str) -> None:
    if not isinstance(rule, Mapping) or not set(rule) <= RULE_KEYS:
        raise MappingError("mapping_shape", where)
    sources = rule.get("from", [])
    groups = [[group] if isinstance(group, str) else group for group in (sources, rule.get("else", []))]
    known = all(isinstance(group, list) and all(isinstance(path, str) and path for path in group) for group in groups)
    if not known or not isinstance(rule.get("values", {}), Mapping) or not isinstance(rule.get("default", ""), str):
        raise MappingError("mapping_shape", where)
    if rule.get("as", "text") not in CONVERTERS:
        raise MappingError("mapping_kind", where)
    if (codes := rule.get("list")) is not None and codes not in codelists.names():
        raise MappingError("mapping_list", where)


def _content(name: str) -> bytes:
    return Path(name).read_bytes() if name.endswith(".yaml") else (FOLDER / f"{name}.yaml").read_bytes()


def _build(name: str, content: bytes, changes: Mapping[str, Any] | None = None) -> FieldMapping:
    data = yaml.safe_load(content)
    for section, entries in (changes or {}).items():
        _change(data, section, entries)
    fingerprinted = content + (canonical_json(changes).encode() if changes else b"")
    return FieldMapping(
        name=name,
        fingerprint=hashlib.sha256(fingerprinted).hexdigest()[:16],
        dataset=_find_spare(_rules(data["dataset"]), _paths_of_files(data), _tuple(data.get("silent", ()))),
        parts={
            key: Part(
                _tuple(part["each"]),
                _find_spare(_rules(part["fields"])),
                part.get("order", ""),
                part.get("literal", ""),
                _tuple(part.get("split", ())),
            )
            for key, part in data.get("parts", {}).items()
        },
        columns={
            key: Column(
                _tuple(entry["aliases"]),
                entry.get("part"),
                entry.get("essential", False),
                entry.get("ignored", False),
            )
            for key, entry in data.get("columns", {}).items()
        },
        withheld=tuple(
            Withheld(
                entry["from"],
                _words(_tuple(entry.get("is", ())), entry.get("words", "")),
                _words(_tuple(entry.get("unless", ()))),
                entry.get("future", False),
                entry.get("without", ""),
                entry.get("code", "record_not_public"),
            )
            for entry in data.get("withheld", ())
        ),
        contacts=tuple(entry if isinstance(entry, str) else _tuple(entry) for entry in data.get("contacts", ())),
    )


def _find_spare(rules: dict[str, Rule], read: Iterable[str] = (), silent: Iterable[str] = ()) -> dict[str, Rule]:
    """Return rules that know which of their stand-ins nothing else reads.

    Args:
        read: Paths that are read elsewhere.
        silent: Paths whose values say nothing that has to be told: names and days of a system.
    """
    others = {*read, *silent, *(path for rule in rules.values() for path in (*rule.sources, rule.english))}
    beginnings = {path[: found.start()] for path in others for found in re.finditer(" > ", path)}
    return {
        name: rule
        if name.startswith("@")  # a fact beside the fields, which one of them holds as well
        else dataclasses.replace(
            rule,
            spare=tuple(
                path
                for path in rule.stand_ins
                if path not in others and path not in beginnings and not path.startswith("@") and " > @" not in path
            ),
        )
        for name, rule in rules.items()
    }


def _paths_of_files(data: Mapping[str, Any]) -> list[str]:
    """Return the paths that the rules of a mapping's parts read, from the top of a record."""
    return [
        f"{each} > {path}"
        for part in data.get("parts", {}).values()
        for each in _tuple(part["each"])
        for rule in part["fields"].values()
        for path in _tuple(rule["from"])
    ]


def _words(given: Iterable[Any], file: str = "") -> frozenset[str]:
    """Return words in lower case without white space, hyphens and underscores, with those of a file of words."""
    path = FOLDER / "words" / f"{file}.yaml"
    more = yaml.safe_load(path.read_text(encoding="utf-8"))["words"] if file else ()
    return frozenset(re.sub(r"[\s_-]", "", str(word)).lower() for word in (*given, *more))


def _change(data: dict[str, Any], section: str, entries: Mapping[str, Any]) -> None:
    if section == "columns":
        columns = data.setdefault("columns", {})
        for key, headers in entries.items():
            column = columns.setdefault(key, {"aliases": []})
            column["aliases"] = [*_tuple(column["aliases"]), *headers]
    elif section == "dataset":
        _change_rules(data["dataset"], entries)
    else:
        for key, rules in entries.items():
            part = data.setdefault("parts", {}).setdefault(key, {"each": key, "fields": {}})
            _change_rules(part["fields"], rules)


def _change_rules(rules: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name, change in changes.items():
        rule = rules.get(name, {"from": []})
        rules[name] = {**rule, **change, "values": {**rule.get("values", {}), **change.get("values", {})}}


def _rules(fields: Mapping[str, Any]) -> dict[str, Rule]:
    return {
        name: Rule(
            sources=_tuple(rule["from"]),
            kind=rule.get("as", "text"),
            codelist=rule.get("list", ""),
            values={str(key): str(value) for key, value in rule.get("values", {}).items()},
            required=rule.get("required", False),
            english=rule.get("english", ""),
            default=str(rule.get("default", "")),
            stand_ins=_tuple(rule.get("else", ())),
            verbatim=_tuple(rule.get("verbatim", ())),
            expected=rule.get("expected", False),
            when={path: frozenset(map(str, words)) for path, words in rule.get("when", {}).items()},
        )
        for name, rule in fields.items()
    }


def _tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
