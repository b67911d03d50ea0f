"""From a record in its source's words to a dataset in ours."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.mapping.converters import CONVERTERS
from ckanext.nxopendata.harvest.mapping.rules import FieldMapping, FieldReport, Part, Rule
from ckanext.nxopendata.harvest.mapping.texts import to_text


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one record may hold; beyond it the record is refused."""

    resources: int = 1_000
    keywords: int = 500
    items: int = 5_000


@dataclass(slots=True)
class Mapped:
    """A dataset in our words, and what was found wrong on the way."""

    dataset: dict[str, Any]
    problems: list[Problem]

    @property
    def refused(self) -> bool:
        """Whether the record is not taken."""
        return any(problem.refuses for problem in self.problems)


def map_record(mapping: FieldMapping, guid: str, raw: Mapping[str, Any], bounds: Bounds | None = None) -> Mapped:
    """Return the dataset that ``raw`` describes.

    Codes that are not in our lists and dates that cannot be read are left out and reported without refusing
    the record; a missing title or a part beyond ``bounds`` refuses it.
    """
    bounds = bounds or Bounds()
    report: list[Problem] = []
    if "@oversized" in raw:
        report.append(Problem("record_too_large", guid=guid, params={"limit": raw["@oversized"]}))
        return Mapped({}, report)
    dataset = _fill(mapping.dataset, raw, report)
    for key, part in mapping.parts.items():
        entries = [entry for path in part.each for entry in find_values(raw, path) if isinstance(entry, Mapping)]
        limit = bounds.resources if key == "resources" else bounds.items
        if len(entries) > limit:
            report.append(Problem("too_many_entries", field=key, params={"number": len(entries), "limit": limit}))
            continue
        if part.order:
            entries.sort(key=lambda entry: _to_number(find_values(entry, part.order)))
        filled = [_fill_entry(part, entry, report) for entry in entries]
        if entries := [entry for entry in filled if entry]:
            dataset[key] = entries
    tags = dataset.get("tags", ())
    if len(tags) > bounds.keywords:
        report.append(Problem("too_many_entries", field="tags", params={"number": len(tags), "limit": bounds.keywords}))
    return Mapped(dataset, [dataclasses.replace(problem, guid=guid) for problem in report])


def _to_number(values: Sequence[Any]) -> float:
    try:
        return float(to_text(values[0])) if values else float("inf")
    except ValueError:
        return float("inf")


def _fill_entry(part: Part, raw: Mapping[str, Any], report: list[Problem]) -> dict[str, Any]:
    entry = _fill(part.fields, raw, report)
    if entry and "@id" in raw:
        entry["@id"] = raw["@id"]
    return entry


def _fill(rules: Mapping[str, Rule], raw: Mapping[str, Any], report: list[Problem]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, rule in rules.items():
        value = None
        for path in rule.sources:
            values = find_values(raw, path)
            if rule.english and (english := find_values(raw, rule.english)):
                values = [*values, *({"@value": to_text(text), "@language": "en"} for text in english)]
            if values and (value := CONVERTERS[rule.kind](values, rule, FieldReport(report, name))) is not None:
                break
        if value is None and rule.default:
            value = CONVERTERS[rule.kind]([rule.default], rule, FieldReport(report, name))
        if value is not None:
            result[name] = value
        elif rule.required:
            report.append(Problem("field_missing", field=name, params={"source": " / ".join(rule.sources)}))
    return result


def find_values(raw: Mapping[str, Any], path: str) -> list[Any]:
    """Find the values at ``path`` (steps parted by ``" > "``), in order; empty where there are none."""
    if " > " not in path:
        value = raw.get(path)
        return list(value) if isinstance(value, list) else [] if value in (None, "") else [value]
    nodes: list[Any] = [raw]
    for step in path.split(" > "):
        found: list[Any] = []
        for node in nodes:
            value = node.get(step) if isinstance(node, Mapping) else None
            if isinstance(value, list):
                found.extend(value)
            elif value not in (None, ""):
                found.append(value)
        nodes = found
    return nodes


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the fields that differ, with the old and the new value; None where a side has none."""
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)
