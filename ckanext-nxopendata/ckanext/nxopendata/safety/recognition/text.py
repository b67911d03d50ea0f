"""Running text: numbers, and patterns near the words that give them their meaning."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ckanext.nxopendata.safety.recognition import check_digits, numbers, prefilter, values
from ckanext.nxopendata.safety.recognition.rule import Rule, RuleSet


class Match(NamedTuple):
    """What a rule found in a text."""

    rule: Rule
    start: int
    end: int
    value: str


FINDERS: dict[str, tuple[re.Pattern[str], Callable[[str, int, int], Iterator[numbers.Hit]]]] = {
    "numbers": (numbers.CANDIDATE, numbers.find_numbers),
    "damaged": (numbers.DAMAGED, numbers.find_damaged),
    "split": (numbers.SPLIT, numbers.find_split),
}
"""What finds numbers, beside the pattern of the texts in which it can find any."""


class TextRules:
    """The rules about running text, ready for many texts."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_number: dict[str, list[Rule]] = {}
        self._patterns: dict[str, Rule] = {}
        for rule in rules:
            for kind in rule.numbers:
                self._by_number.setdefault(kind, []).append(rule)
            if rule.pattern:
                self._patterns[str(rule.id)] = rule
        expressions = {name: (pattern.pattern, ()) for name, (pattern, _) in FINDERS.items()}
        expressions |= {name: (rule.pattern, rule.anchors) for name, rule in self._patterns.items()}
        self._prefilter = prefilter.Prefilter(expressions)

    def find(self, text: str, today: dt.date) -> Iterator[Match]:
        """Yield what the rules find in a normalised text.

        Args:
            today: by which ages are told.
        """
        for start, end, names in self._prefilter.find_parts(text):
            for name in sorted(names):
                if name in FINDERS:
                    yield from self._find_numbers(FINDERS[name][1](text, start, end), text, today)
                else:
                    yield from self._find_pattern(self._patterns[name], text, start, end)

    def _find_numbers(self, hits: Iterable[numbers.Hit], text: str, today: dt.date) -> Iterator[Match]:
        for hit in hits:
            for rule in self._by_number.get(hit.kind, ()):
                if _fits_context(rule, text, hit.start, hit.end):
                    yield Match(rule, hit.start, hit.end, hit.value)
            if hit.born is not None and check_digits.age_on(hit.born, today) < 14:
                for rule in self._by_number.get("minor", ()):
                    yield Match(rule, hit.start, hit.end, hit.value)

    def _find_pattern(self, rule: Rule, text: str, start: int, end: int) -> Iterator[Match]:
        check = values.CHECKS.get(rule.check)
        for found in rule.compiled.finditer(text, start, end + prefilter.AFTER):
            if found.start() >= end:
                return
            if (check is None or check(found[0])) and _fits_context(rule, text, *found.span()):
                yield Match(rule, *found.span(), found[0])


_ready: dict[str, TextRules] = {}
MOST_READY = 3


def prepare(rule_set: RuleSet) -> TextRules:
    """Return the rules about running text of a set; made once, for it takes a third of a second."""
    if rule_set.version not in _ready:
        while len(_ready) >= MOST_READY:
            _ready.pop(next(iter(_ready)))
        _ready[rule_set.version] = TextRules(rule_set.rules.values())
    return _ready[rule_set.version]


def _fits_context(rule: Rule, text: str, start: int, end: int) -> bool:
    if not rule.context and not rule.without:
        return True
    around = text[max(0, start - rule.window) : end + rule.window]
    before = text[max(0, start - rule.window) : start]
    return (not rule.context or any(word in before for word in rule.context)) and not any(
        word in around for word in rule.without
    )
