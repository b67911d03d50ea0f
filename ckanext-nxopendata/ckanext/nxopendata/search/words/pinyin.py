"""Chinese as it is typed in pinyin: whole, joined, or as initials. Imports nothing of CKAN."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin, pinyin_dict

HAN = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[a-z' ]+\Z")
LONGEST_KEY = 8
"""Characters of the longest part of a word that is indexed in pinyin."""


def normalize_text(text: str) -> str:
    """Full-width forms made plain, lower case, one space between words, ``ü`` as typed on a keyboard."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return " ".join(folded.split())


@lru_cache(maxsize=20_000)
def to_syllables(text: str) -> tuple[str, ...]:
    """The syllables of ``text``; what is not Chinese stays as it is.

    >>> to_syllables("旅游A级")
    ('lv', 'you', 'a', 'ji')
    """
    return tuple(normalize_text(syllable) for syllable in lazy_pinyin(text, style=Style.NORMAL))


def pinyin_keys(text: str) -> set[str]:
    """What finds ``text`` when it is typed in pinyin: every run of 2 to 8 characters, spelt out and as initials.

    Initials count from three characters on, because two letters find everything.

    >>> sorted(pinyin_keys("旅游区"))
    ['lvyou', 'lvyouqu', 'lyq', 'youqu']
    """
    return {key for run in HAN.findall(text) for key in _keys_of_run(run)}


@lru_cache(maxsize=20_000)
def _keys_of_run(run: str) -> frozenset[str]:
    """The same of one run of characters: departments, tags and the words of titles come again and again."""
    syllables = to_syllables(run)
    initials = "".join(syllable[:1] for syllable in syllables)
    found: set[str] = set()
    for start in range(len(syllables)):
        for end in range(start + 2, min(len(syllables), start + LONGEST_KEY) + 1):
            found.add("".join(syllables[start:end]))
            if end - start > 2:
                found.add(initials[start:end])
    return frozenset(found)


@lru_cache(maxsize=20_000)
def spoken_forms(text: str) -> str:
    """How ``text`` is typed in pinyin, whole and as initials, from each syllable to the end of its run; each after a
    space, after a new line where it is from the first syllable of a run.

    >>> spoken_forms("旅游")
    '\nlvyou\nly you y'
    """
    found: list[str] = []
    for run in HAN.findall(text):
        syllables = to_syllables(run)
        for start in range(len(syllables)):
            sign, rest = "\n" if not start else " ", syllables[start:]
            found += [sign, "".join(rest), sign, "".join(syllable[:1] for syllable in rest)]
    return "".join(found)


def word_initials(words: Iterable[str]) -> set[str]:
    """The initials of words from their beginning, two characters too: a tag 旅游景区 is found by ``ly``."""
    found: set[str] = set()
    for word in filter(HAN.fullmatch, words):
        initials = "".join(syllable[:1] for syllable in to_syllables(word))
        found |= {initials[:end] for end in range(2, len(initials) + 1)}
    return found


@cache
def _syllables() -> frozenset[str]:
    spelt = {one for readings in pinyin_dict.pinyin_dict.values() for one in readings.split(",")}
    stripped = (unicodedata.normalize("NFD", one).replace("u\u0308", "v") for one in spelt)
    return frozenset("".join(c for c in one if not unicodedata.combining(c)) for one in stripped)


def join_pinyin(query: str) -> str:
    """``query`` with the spaces and apostrophes of pinyin taken out, when all of it is pinyin; else unchanged.

    >>> join_pinyin("lv you"), join_pinyin("xi'an"), join_pinyin("population census")
    ('lvyou', 'xian', 'population census')
    """
    if not LATIN.match(query):
        return query
    parts = query.replace("'", " ").split()
    if len(parts) > 1 and all(part in _syllables() for part in parts):
        return "".join(parts)
    return query


def find_spelt(text: str, wanted: str) -> list[tuple[int, int]]:
    """Find where ``text`` has what ``wanted`` spells, whole or in initials: the first place, or none."""
    for run in HAN.finditer(text):
        syllables = to_syllables(run.group())
        if wanted not in "".join(syllables) and wanted not in "".join(syllable[:1] for syllable in syllables):
            continue
        for start in range(len(syllables)):
            for end in range(start + 2, min(len(syllables), start + LONGEST_KEY) + 1):
                part = syllables[start:end]
                if wanted in ("".join(part), "".join(syllable[:1] for syllable in part)):
                    return [(run.start() + start, run.start() + end)]
    return []
