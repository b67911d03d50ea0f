"""Codes of the portal's lists, written as code, label or IRI."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.texts import SEPARATORS, to_text


def as_code(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return a code of the rule's list, written as code, label, IRI or one of the rule's own ``values``."""
    for value in values:
        if code := _find_code(value, rule):
            return code
    report("code_unknown", value=to_text(values[0])[:200], list=rule.codelist)
    return None


def as_codes(values: Sequence[Any], rule: Rule, report: FieldReport) -> list[str] | None:
    codes: dict[str, None] = {}
    for value in values:
        whole = _find_code(value, rule)
        pieces: Iterable[Any] = [value] if whole or isinstance(value, Mapping) else SEPARATORS.split(to_text(value))
        for piece in pieces:
            if code := _find_code(piece, rule):
                codes[code] = None
            elif to_text(piece):
                report("code_unknown", value=to_text(piece)[:200], list=rule.codelist)
    return list(codes) or None


def as_class(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return the nearest known class of a class code (1272 guide: 类 1, 项 2, 目 3 digits, 细目), or of a label."""
    written = to_text(values[0]).partition("/")[0]
    known = codelists.load(rule.codelist)
    for length in range(len(written), 0, -1):
        if written[:length] in known:
            return written[:length]
    return as_code(values, rule, report)


def as_region(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return a region by code (GB/T 2260; 4 digits are a city), name or the last name in a longer one; else nothing."""
    region = dataclasses.replace(rule, codelist="region")
    for value in values:
        written = to_text(value)
        padded = written + "00" if re.fullmatch(r"64\d\d", written) else written
        if code := _find_code(padded, region) or _find_code(value, region):
            return code
        inside = [entry for entry in codelists.load("region").values() if entry.label_zh in written]
        if inside:
            return max(inside, key=lambda entry: written.rindex(entry.label_zh)).code
    report("code_unknown", value=to_text(values[0])[:200], list="region")
    return None


def _find_code(value: Any, rule: Rule) -> str | None:
    table = _codes_by_word(rule.codelist)
    candidates = [to_text(value)]
    if isinstance(value, Mapping):
        candidates += [to_text(label) for label in value.get("skos:prefLabel", ())]
        candidates += [to_text(notation) for notation in value.get("skos:notation", ())]
        candidates.append(to_text(value.get("@id", "")))
    for candidate in candidates:
        last = re.split(r"[/#]", candidate.rstrip("/"))[-1] if "://" in candidate else candidate
        for name in (candidate, last):
            key = re.sub(r"\s", "", name).lower()
            if found := rule.values.get(name) or rule.values.get(key) or table.get(key):
                return found
    return None


@cache
def _codes_by_word(name: str) -> Mapping[str, str]:
    """Codes and labels of a list, lower case without white space -> code."""
    table: dict[str, str] = {}
    for code, entry in codelists.load(name).items():
        for word in (entry.label_en, entry.label_zh, code):
            if word:
                table[re.sub(r"\s", "", word).lower()] = code
    return table
