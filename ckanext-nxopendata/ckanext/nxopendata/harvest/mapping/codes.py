"""Codes of the portal's lists, written as code, label or IRI."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.codelists import CURRENT
from ckanext.nxopendata.harvest.mapping import shapes
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.values import SEPARATORS, show, to_identifier, to_text


def as_code(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return a code of the rule's list, written as code, label, IRI, another known word or one of ``values``."""
    taken: str | None = None
    for value in values:
        code = _find_code(value, rule)
        if code is None:
            report("code_unknown", value=_show(value, report), list=rule.codelist)
        elif taken is None:
            taken = code
        elif code != taken:
            report.leave(_show(value, report))
    return taken


def as_codes(values: Sequence[Any], rule: Rule, report: FieldReport) -> list[str] | None:
    """Return all codes of the rule's list.

    A theme of the European list beside codes of ours is the one that our export adds to them.
    """
    codes: dict[str, bool] = {}
    for value in values:
        whole = _find_code(value, rule)
        pieces: Iterable[Any] = [value] if whole or isinstance(value, Mapping) else SEPARATORS.split(to_text(value))
        for piece in pieces:
            if code := _find_code(piece, rule):
                codes[code] = codes.get(code, False) or f"/codelist/{rule.codelist}/" in to_identifier(piece)
            elif to_text(piece):
                report("code_unknown", value=_show(piece, report), list=rule.codelist)
    own = [code for code, is_own in codes.items() if is_own]
    return own or list(codes) or None


def _show(value: Any, report: FieldReport) -> str:
    """Return a value as its source wrote it: without the address that a relative one was read against."""
    text = show(value)
    folder = report.surroundings.base.rpartition("/")[0]
    return text.removeprefix(f"{folder}/") if folder.count("/") > 1 else text


def as_cycle(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return the code of an update cycle; also of ISO 8601 repetitions (``R/P1Y``), by their length.

    A cycle that the list does not have becomes a neighbouring one, with a finding.
    """
    cycles = [_cycle_of(to_text(value)) or value for value in values]
    taken = as_code(cycles, rule, report)
    if taken:
        written = next(value for value, cycle in zip(values, cycles, strict=True) if _find_code(cycle, rule) == taken)
        if _is_rounded(written, taken, rule):
            entry = codelists.load(rule.codelist)[taken]
            labels = {"cycle": entry.label_zh, "cycle@en": entry.label_en}
            report("cycle_rounded", value=_show(written, report), **labels)
    return taken


_REPETITION = re.compile(
    r"(?:R\d*/)?P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(T[\d.HMS]+)?", re.IGNORECASE
)
_LONGEST_DAYS = ((0.9, "1"), (1.5, "2"), (8, "3"), (32, "4"), (93, "5"), (186, "7"), (370, "6"), (740, "8"))
"""Days -> code: the shortest cycle that is not shorter."""
_DAYS = {"2": 1, "3": 7, "4": 30.5, "5": 91, "7": 182.5, "6": 365, "8": 730}
"""Code -> days of the cycles that have a length."""


def _days_of(written: str) -> float | None:
    found = _REPETITION.fullmatch(written.strip())
    if not found or not any(found.groups()):
        return None
    try:
        years, months, weeks, days = (float(number or 0) for number in found.groups()[:4])
    except ValueError:
        return None
    return years * 365.25 + months * 30.5 + weeks * 7 + days


def _cycle_of(written: str) -> str | None:
    days = _days_of(written)
    return None if days is None else next((code for longest, code in _LONGEST_DAYS if days <= longest), "9")


def _is_rounded(value: Any, code: str, rule: Rule) -> bool:
    """Tell whether a value means another cycle than its code; a length may differ as months and years do."""
    days = _days_of(to_text(value))
    if days is None:
        return any(_key(name) in _rounded(rule.codelist) for name in _names_of(value))
    return code not in _DAYS or abs(days / _DAYS[code] - 1) >= 0.1


def as_class(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return the nearest known class of a class code (1272 guide: 类 1, 项 2, 目 3 digits, 细目), or of a label."""
    known = codelists.load(rule.codelist)

    def nearest(value: Any) -> Any:
        written = to_text(value).partition("/")[0][:20]
        lengths = range(len(written), 0, -1)
        codes = (_in_force(rule.codelist, written[:length]) for length in lengths if written[:length] in known)
        return next(filter(None, codes), value)

    return as_code([nearest(value) for value in values], rule, report)


def as_region(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return a region by code (GB/T 2260; 4 digits are a city), name or the last name in a longer one.

    Without any of these, the region that a shape lies in, with a finding; else nothing.
    """
    region = dataclasses.replace(rule, codelist="region")
    taken: str | None = None
    unknown: list[str] = []
    if len(values) == 4 and (box := shapes.box_of(values)):  # a rectangle as a list of numbers
        values = [", ".join(map(str, box))]
    for value in values:
        code = _region_of(value, region)
        written = "" if isinstance(value, Mapping) and not to_text(value) else show(value)
        if code is None and isinstance(value, Mapping) and not written:
            written = next(
                (show(value[key]) for key in GEOMETRIES if key in value), "" if not value else str(value)[:200]
            )
            if not any(value.values()):
                continue
        if code is None:
            unknown.append(written or show(value))
        elif taken is None:
            taken = code
        elif code != taken:
            report.leave(written)
    if taken is None and (by_shape := _region_by_shape(values)):
        written, taken = by_shape
        report("region_from_shape", value=written, region=codelists.load("region")[taken].label_zh)
        return taken
    for written in unknown:
        if taken is None:
            report("code_unknown", value=written, list="region")
        else:
            report.leave(written)
    return taken


def _region_by_shape(values: Sequence[Any]) -> tuple[str, str] | None:
    """Return the first shape that lies in a region, and the region's code."""
    for value in values:
        if (box := shapes.box_of(value)) and (code := shapes.region_of(box)):
            return ", ".join(f"{number:g}" for number in box), code
    return None


LABELS_OF_CODES = ("skos:prefLabel", "skos:altLabel", "skos:notation", "dct:identifier", "identifier", "@id")
"""Where the node of a code says which one it is."""

GEOMETRIES = ("dcat:bbox", "locn:geometry", "dcat:centroid", "bbox", "geometry", "coordinates", "centroid")
"""Where the shape of a place stands."""


def _region_of(value: Any, region: Rule) -> str | None:
    written = to_text(value)
    padded = written + "00" if re.fullmatch(r"64\d\d", written) else written
    if code := _find_code(padded, region) or _find_code(value, region):
        return code
    inside = [entry for entry in codelists.load("region").values() if entry.label_zh in written]
    return _in_force("region", max(inside, key=lambda entry: written.rindex(entry.label_zh)).code) if inside else None


def _find_code(value: Any, rule: Rule) -> str | None:
    table, words = _codes_by_word(rule.codelist), _words(rule.codelist)
    for name in _names_of(value):
        key = _key(name)
        if found := rule.values.get(name) or rule.values.get(key) or table.get(key) or words.get(key):
            return _in_force(rule.codelist, found)
    return None


def _names_of(value: Any) -> Iterator[str]:
    """What may name a code: the text, the labels of its node, the last part of an IRI."""
    candidates = [to_text(value)]
    if isinstance(value, Mapping):
        for key in LABELS_OF_CODES:
            labels = value.get(key, ())
            candidates += [to_text(label) for label in (labels if isinstance(labels, list) else [labels])]
    for candidate in filter(None, candidates):
        yield candidate
        if "://" in candidate:
            yield re.split(r"[/#]", candidate.rstrip("/"))[-1]


def _key(name: Any) -> str:
    return re.sub(r"\s", "", str(name)).lower()


@cache
def _read_words(name: str) -> Mapping[str, Any]:
    file = resources.files("ckanext.nxopendata.schemas") / "mappings" / "words" / f"{name}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}


@cache
def _words(name: str) -> Mapping[str, str]:
    """Further words for the codes of a list, by ``schemas/mappings/words/<name>.yaml``: word -> code."""
    codes = _read_words(name).get("codes", {})
    return {_key(word): str(code) for code, words in codes.items() for word in words}


@cache
def _rounded(name: str) -> frozenset[str]:
    """Those of the words that mean something else than their code, which is a neighbouring one."""
    return frozenset(map(_key, _read_words(name).get("rounded", ())))


@codelists.cached
def _codes_by_word(name: str) -> Mapping[str, str]:
    """Codes and labels of a list, lower case without white space -> code; of equal labels the one in force."""
    table: dict[str, str] = {}
    for entry in sorted(codelists.load(name).values(), key=lambda entry: entry.status == CURRENT):
        for word in (entry.label_en, entry.label_zh, entry.code):
            if word:
                table[_key(word)] = entry.code
    return table


def _in_force(name: str, code: str) -> str | None:
    """Return the code that stands for one of list ``name`` today; None when it was retired without a successor."""
    return codelists.successor(name, code) or None
