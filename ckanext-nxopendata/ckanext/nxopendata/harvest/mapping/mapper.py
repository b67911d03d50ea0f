"""From a record in its source's words to a dataset in ours."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.mapping import contacts, languages
from ckanext.nxopendata.harvest.mapping.converters import convert
from ckanext.nxopendata.harvest.mapping.dates import parse_last_day
from ckanext.nxopendata.harvest.mapping.rules import FieldMapping, FieldReport, Part, Rule, Surroundings, Withheld
from ckanext.nxopendata.harvest.mapping.values import find_values, is_nothing, show, spellings, to_identifier, to_text


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of one record is taken; what is beyond is reported."""

    resources: int = 1_000
    keywords: int = 500
    items: int = 5_000


@dataclass(slots=True)
class Mapped:
    """A dataset in our words, and what was found wrong on the way.

    Attributes:
        withheld: The source does not offer the record to the public, or it is no dataset.
    """

    dataset: dict[str, Any]
    problems: list[Problem]
    withheld: bool = False

    @property
    def refused(self) -> bool:
        """Whether the record is not taken."""
        return any(problem.refuses for problem in self.problems)


def map_record(
    mapping: FieldMapping,
    guid: str,
    raw: Mapping[str, Any],
    bounds: Bounds | None = None,
    surroundings: Surroundings | None = None,
) -> Mapped:
    """Return the dataset that ``raw`` describes.

    Values that are not understood, or that a field has no room for, are left out and reported without refusing the
    record, as what is beyond ``bounds`` is; a missing title refuses it.
    """
    bounds, surroundings = bounds or Bounds(), surroundings or Surroundings()
    report: list[Problem] = []
    if "@oversized" in raw:
        report.append(Problem("record_too_large", guid=guid, params={"limit": raw["@oversized"]}))
        return Mapped({}, report)
    for rule in mapping.withheld:
        if found := _withheld_by(rule, raw):
            return Mapped({}, [Problem(rule.code, guid=guid, field=rule.source, params=found, refuses=False)], True)
    raw = dict(raw)  # whose values are asked for many times
    filled_from, others = contacts.choose(mapping.contacts, raw, _contact_reader(mapping, surroundings))
    dataset = _fill(mapping.dataset, raw, report, surroundings, filled_from)
    if others:
        report.append(_unused(contacts.NAME, others))
    for key, part in mapping.parts.items():
        entries = _entries(part, key, raw, report)
        limit = bounds.resources if key == "resources" else bounds.items
        if part.order:
            entries.sort(key=lambda entry: _to_number(find_values(entry, part.order)))
        entries = _cut(entries, key, limit, report)
        filled = [_fill_entry(part, key, entry, report, surroundings) for entry in entries]
        if key == "resources":  # a file is recognised by its identifier
            for entry, own in zip(filled, entries, strict=True):
                if entry and isinstance(own.get("@id"), str):
                    entry["@id"] = own["@id"]
        if entries := [entry for entry in filled if entry]:
            dataset[key] = entries
    if own_words := dataset.get("tags_translated", {}).get("zh"):
        dataset["tags"] = [{"name": word} for word in sorted(set(own_words))]
    if tags := dataset.get("tags"):
        dataset["tags"] = _cut(tags, "tags", bounds.keywords, report)
    return Mapped(dataset, [dataclasses.replace(problem, guid=guid) for problem in report])


_SIGNS = re.compile(r"[\s_-]")
"""What writers of a word put in or leave out: ``non-public``, ``NON_PUBLIC``, ``Non Public``."""


def _last_words(text: str) -> tuple[str, str]:
    """Return a text, and what stands behind the last stroke of an address, in the plain forms of their letters."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return plain, re.split(r"[/#]", plain.rstrip("/"))[-1]


def _cut(entries: list[Any], field: str, limit: int, report: list[Problem]) -> list[Any]:
    """Return as many entries as a record may have, and report that there are more."""
    if len(entries) > limit:
        params = {"number": len(entries), "limit": limit}
        report.append(Problem("too_many_entries", field=field, params=params, refuses=False))
    return entries[:limit]


_NO_DAY = frozenset({"无", "没有", "否", "不适用", "none", "no", "false", "0", "n/a"})
"""What is written for an embargo that there is not."""


def _withheld_by(rule: Withheld, raw: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what a finding names when a record falls under a rule."""
    if rule.without and find_values(raw, rule.without):
        return None
    for value in languages.unfold(find_values(raw, rule.source)):
        written = to_identifier(value)
        words = {_SIGNS.sub("", word) for text in (written, to_text(value)) for word in _last_words(text)}
        if rule.future:
            day = parse_last_day(written)  # what cannot be read may lie in the future
            if day > today() if day else not (is_nothing(written) or words & _NO_DAY):
                return {"value": written[:200]}
        elif words & rule.values or (rule.unless and not words & rule.unless):
            return {"value": written[:200]}
    return None


def _entries(part: Part, key: str, raw: Mapping[str, Any], report: list[Problem]) -> list[Mapping[str, Any]]:
    """Return the entries of a repeated part: objects; a text or a bare address becomes one too."""
    entries: list[Mapping[str, Any]] = []
    for value in (value for path in part.each for value in find_values(raw, path)):
        is_bare = not isinstance(value, Mapping) or value.keys() == {"@id"}
        if not is_bare:
            entries.extend(_split(part, value))
        elif part.literal and (text := to_identifier(value)):
            entries.append({part.literal: [text]})
            report.append(Problem("entry_not_described", field=key, params={"value": text[:500]}, refuses=False))
        else:
            report.append(Problem("value_unreadable", field=key, params={"value": show(value)}, refuses=False))
    return entries


def _split(part: Part, entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield an entry, as often as a property of :attr:`Part.split` has values."""
    for name in part.split:
        values = list(dict.fromkeys(to_identifier(value) for value in find_values(entry, name)))
        if len(values) > 1:
            for number, value in enumerate(values):
                own: dict[str, Any] = {**entry, name: [value]}
                if number and "@id" in entry:
                    own["@id"] = f"{entry['@id']}#{value}"
                yield own
            return
        if values:
            break
    yield entry


def _to_number(values: Sequence[Any]) -> float:
    try:
        return float(to_text(values[0])) if values else float("inf")
    except ValueError:
        return float("inf")


def _fill_entry(
    part: Part, key: str, raw: Mapping[str, Any], report: list[Problem], surroundings: Surroundings
) -> dict[str, Any]:
    told: list[Problem] = []
    entry = _fill(part.fields, raw, told, surroundings)
    if any(problem.refuses for problem in told):  # an entry ends no dataset
        if entry:
            shown = "; ".join(str(value) for value in entry.values())[:200]
            report.append(Problem("entry_without_name", field=key, params={"value": shown}, refuses=False))
        return {}
    report.extend(told)
    if "nx_access_url" in entry and entry["nx_access_url"] == entry.get("url"):
        del entry["nx_access_url"]
    return entry


def _contact_reader(mapping: FieldMapping, surroundings: Surroundings) -> contacts.Read:
    """Return a function that reads the contact of a record, without findings."""
    rules = {name: mapping.dataset[name] for name in contacts.FIELDS if name in mapping.dataset}
    return lambda raw: _fill(rules, raw, [], surroundings)


def _unused(field: str, texts: Sequence[str]) -> Problem:
    """Make the finding of the values that a field has no room for."""
    params = {"values": "; ".join(texts[:10]), "number": len(texts)}
    return Problem("values_unused", field=field, params=params, refuses=False)


def _fill(
    rules: Mapping[str, Rule],
    raw: Mapping[str, Any],
    report: list[Problem],
    surroundings: Surroundings,
    filled_from: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Fill the fields of ``rules``.

    Args:
        filled_from: Field -> the record that it is filled from, where that is not ``raw``.
    """
    result: dict[str, Any] = {}
    rejected: dict[str, FieldReport] = {}
    record = raw
    for name, rule in rules.items():
        raw = filled_from.get(name, record) if filled_from else record
        if rule.when and not _is_case(rule, raw):
            continue
        # a fact beside the fields says what one of them says, or to whom the dataset belongs
        told = [] if name.startswith("@") and "nx_source_publisher" in rules else report
        field = FieldReport(told, "owner_org" if name.startswith("@") else name, surroundings)
        value = None
        if not rule.names.isdisjoint(raw):  # most records have a tenth of what a mapping knows
            value = _read_sources(rule, raw, field)
            if value is None:
                value = _read_stand_ins(rule, raw, field)
            else:
                _leave_stand_ins(rule, raw, value, field)
        if field.left:
            told.append(_unused(field.field, list(field.left)))
        if field.rejected:
            rejected[name] = field
        if value is None and rule.default:
            value = convert([rule.default], rule, field)
        if value is not None:
            result[name] = value
        elif rule.required:
            report.append(Problem("field_missing", field=name, params={"source": " / ".join(rule.sources)}))
        elif rule.expected:
            field("file_without_address")
    for name, field in rejected.items():
        _report_rejected(name, field, result)
    return result


def _report_rejected(name: str, field: FieldReport, result: Mapping[str, Any]) -> None:
    """Report what is no value of a field, but for what another field of the contact was read from."""
    others = [str(result[other]) for other in contacts.FIELDS if other in result and other != name]
    unread = [text for text in field.rejected if not any(value in text for value in others)]
    if unread and name in result:
        field.problems.append(_unused(name, unread))
    else:
        for text in unread:
            field("value_unreadable", value=text)


def _is_case(rule: Rule, raw: Mapping[str, Any]) -> bool:
    return all(
        any(to_identifier(value).strip().lower() in words for value in find_values(raw, path))
        for path, words in rule.when.items()
    )


def _read_sources(rule: Rule, raw: Mapping[str, Any], field: FieldReport) -> Any:
    """Return the value of the first path that has a usable one; what the others say otherwise is left."""
    if rule.kind == "licence":  # the one that is known counts, wherever it stands
        values = [value for path in rule.sources for value in find_values(raw, path)]
        return convert(values, rule, field) if values else None
    value = None
    for path in rule.sources:
        values = find_values(raw, path)
        if rule.english and (english := find_values(raw, rule.english)):
            values = [*values, *({"@value": to_text(text), "@language": "en"} for text in english)]
        if not values:
            continue
        if value is None:
            value = convert(values, rule, field, "text" if path in rule.verbatim else "")
        else:
            _leave_others(rule, values, value, field)
    return value


def _leave_others(rule: Rule, values: Sequence[Any], taken: Any, field: FieldReport) -> None:
    """Leave the values of a further path that say what the value taken does not."""
    other = convert(values, rule, FieldReport([], field.field, field.surroundings))
    if rule.kind == "licence" and _is_same_licence(taken, other, field):
        return
    if other is not None and _covers(taken, other, rule.kind):
        return
    for value in values:
        own = convert([value], rule, FieldReport([], field.field, field.surroundings))
        is_unread = own is None and _is_literal(value) and rule.kind != "email"
        if is_unread or not _covers(taken, own, rule.kind):
            field.leave(show(value))


def _is_same_licence(taken: Any, other: Any, field: FieldReport) -> bool:
    read = field.surroundings.read_licence
    return bool(read and other and (licence := read(taken)) and licence == read(other))


def _is_literal(value: Any) -> bool:
    """Tell a text or number that says something from a node, of which another path may have read a part."""
    return (not isinstance(value, Mapping) or "@value" in value) and not is_nothing(to_text(value))


def _leave_stand_ins(rule: Rule, raw: Mapping[str, Any], taken: Any, field: FieldReport) -> None:
    """Leave what stands where a value is looked for when there is none, if no other rule reads it."""
    for path in rule.spare:
        if values := find_values(raw, path):
            _leave_others(rule, values, taken, field)


def _read_stand_ins(rule: Rule, raw: Mapping[str, Any], field: FieldReport) -> Any:
    if rule.kind == "licence":
        return _read_licences(rule, raw, field)
    value = None
    for path in rule.stand_ins:
        if not (values := find_values(raw, path)):
            continue
        if value is not None:
            if path in rule.spare:
                _leave_others(rule, values, value, field)
            continue
        tried = FieldReport([], field.field, field.surroundings)
        value = convert(values, rule, tried)
        field.rejected |= tried.rejected
        if rule.kind == "region" or (path in rule.spare and rule.kind != "email"):  # which may be a guess
            field.problems.extend(tried.problems)
        if path in rule.spare:
            field.left |= tried.left
        if value is not None and rule.kind in ("localised", "paragraphs"):
            field("field_filled", source=path)
    return value


def _read_licences(rule: Rule, raw: Mapping[str, Any], field: FieldReport) -> Any:
    """Return the licence that is known among the stand-ins, else the first; with a finding when they differ."""
    values = [value for path in rule.stand_ins for value in find_values(raw, path)]
    tried = FieldReport([], field.field, field.surroundings)
    value = convert(values, rule, tried) if values else None
    spare = {text[:200] for path in rule.spare for value in find_values(raw, path) for text in spellings(value)}
    field.left |= {text: None for text in tried.left if text in spare}
    if others := [text for text in tried.left if text not in spare]:
        field("licence_of_files", value=value, others="; ".join(others[:10]))
    return value


_TEXT_KINDS = frozenset({"text", "localised", "paragraphs", "person"})
"""Kinds of values of which one says what another says that holds it; not so an address, a number or a code."""


def _covers(value: Any, other: Any, kind: str) -> bool:
    """Tell whether a value says all that another of its kind says."""
    if other is None or value == other:
        return True
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return all(_covers(value[key], text, kind) if key in value else False for key, text in other.items())
    if isinstance(value, list) and isinstance(other, list):
        return all(item in value for item in other)
    if not (isinstance(value, str) and isinstance(other, str)):
        return False
    return other.lower() in value.lower() if kind in _TEXT_KINDS else other.lower() == value.lower()


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the fields that differ, with the old and the new value; None where a side has none."""
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)
