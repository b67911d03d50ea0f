"""Running text: numbers, and patterns near the words that give them their meaning."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ckanext.nxopendata.safety.recognition import check_digits, numbers, values
from ckanext.nxopendata.safety.recognition.rule import Rule


class Match(NamedTuple):
    """What a rule found in a text."""

    rule: Rule
    start: int
    end: int
    value: str


class TextRules:
    """The rules about running text, ready for many texts."""

    def __init__(self, rules: Iterable[Rule], today: dt.date) -> None:
        self._today = today
        self._by_number: dict[str, list[Rule]] = {}
        self._patterns: list[Rule] = []
        for rule in rules:
            for kind in rule.numbers:
                self._by_number.setdefault(kind, []).append(rule)
            if rule.pattern:
                self._patterns.append(rule)
        han = {anchor for rule in self._patterns for anchor in rule.anchors if not anchor.isascii()}
        self._han = re.compile("|".join(sorted(map(re.escape, han), key=len, reverse=True))) if han else None
        self._ascii = {anchor for rule in self._patterns for anchor in rule.anchors if anchor.isascii()}

    def find(self, text: str) -> Iterator[Match]:
        """Yield what the rules find in a normalised text."""
        for hit in numbers.find_numbers(text):
            for rule in self._by_number.get(hit.kind, ()):
                if _fits_context(rule, text, hit.start, hit.end):
                    yield Match(rule, hit.start, hit.end, hit.value)
            if hit.born is not None and check_digits.age_on(hit.born, self._today) < 14:
                for rule in self._by_number.get("minor", ()):
                    yield Match(rule, hit.start, hit.end, hit.value)
        if self._patterns:
            present = {anchor for anchor in self._ascii if anchor in text}
            if self._han is not None and not text.isascii():
                present |= set(self._han.findall(text))
            for rule in self._patterns:
                if not rule.anchors or _has_anchor(rule, present):
                    yield from self._find_pattern(rule, text)

    def _find_pattern(self, rule: Rule, text: str) -> Iterator[Match]:
        check = values.CHECKS.get(rule.check)
        for found in rule.compiled.finditer(text):
            if (check is None or check(found[0])) and _fits_context(rule, text, *found.span()):
                yield Match(rule, *found.span(), found[0])


def _has_anchor(rule: Rule, present: set[str]) -> bool:
    """Whether one of a rule's anchors is there; a longer anchor of another rule may have hidden a shorter one."""
    return any(anchor in there for anchor in rule.anchors for there in present)


def _fits_context(rule: Rule, text: str, start: int, end: int) -> bool:
    if not rule.context and not rule.without:
        return True
    around = text[max(0, start - rule.window) : end + rule.window]
    before = text[max(0, start - rule.window) : start]
    return (not rule.context or any(word in before for word in rule.context)) and not any(
        word in around for word in rule.without
    )
