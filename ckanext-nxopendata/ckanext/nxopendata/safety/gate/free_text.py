"""Texts that somebody wrote and that become public: feedback, answers, cases, what a dataset says of itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety.recognition.normalise import normalise
from ckanext.nxopendata.safety.recognition.rule import CLOSING
from ckanext.nxopendata.safety.recognition.text import TextRules, prepare
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.scanning import messages

PERSONAL_LEVEL = 3
"""Level of what one text may not hold even once: a telephone number in a question is that of whoever asks."""


def find_objections(texts: Iterable[str], is_own: bool) -> list[str]:
    """Return what must not be shown in texts.

    Args:
        is_own: whether an organisation says it of itself: its contacts are meant to be public.
    """
    rules = in_force.rules().rules
    return [
        _say(rule)
        for rule, number in _count(texts).items()
        if rules[rule].action_for(number) in CLOSING or (rules[rule].level >= PERSONAL_LEVEL and not is_own)
    ]


def _say(rule: int) -> str:
    return tk._("The text holds what must not become public: {name}. Take it out first.").format(
        name=messages.name_rule(rule)
    )


def _count(texts: Iterable[str]) -> Counter[int]:
    text_rules, found = prepare(in_force.rules()), Counter[int]()
    for text in texts:
        found.update(_find_rules(text_rules, text, today()))
    return found


@lru_cache(maxsize=20_000)
def _find_rules(text_rules: TextRules, text: str, day: dt.date) -> tuple[int, ...]:
    """Return the rule of each match in a text; lists and searches of the register ask for the same texts again."""
    return tuple(match.rule.id for match in text_rules.find(normalise(text), day))
