"""Words as people type them: pinyin, initials, synonyms, homophones. Imports nothing of CKAN."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources

from pypinyin import Style, lazy_pinyin, pinyin_dict

HAN = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[a-z' ]+\Z")
LONGEST_KEY = 8
QUOTED = re.compile(r'"[^"]*"')
OPERATORS = frozenset({"AND", "OR", "NOT"})
SYNONYMS = resources.files("ckanext.nxopendata.schemas") / "search" / "synonyms.txt"


def plain(text: str) -> str:
    """Full-width forms made plain, lower case, one space between words, ``ü`` as typed on a keyboard."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return " ".join(folded.split())


def normalised(query: str) -> str:
    """A query as the index is asked: pinyin in one piece, full-width forms made plain.

    Case stays in anything but pinyin, for ``AND`` and ``OR`` are operators.

    >>> normalised("Lv You"), normalised("人口　AND 普查")
    ('lvyou', '人口 AND 普查')
    """
    # A full-width colon is punctuation; made plain it would name a field.
    query = query.replace("\uff1a", " ")
    if LATIN.match(plain(query)) and not OPERATORS & set(query.split()):
        return as_pinyin(plain(query))
    return " ".join(unicodedata.normalize("NFKC", query).split())


def is_fielded(query: str) -> bool:
    """Whether a query names a field (``tags:人口``): then it is in CKAN's own syntax, and stays as it is."""
    return ":" in query


def widens(query: str) -> bool:
    """Whether words of a query are joined by ``OR``, outside quotation marks.

    >>> widens("人口 OR 旅游"), widens('"人口 OR 旅游"'), widens("OR")
    (True, False, False)
    """
    return "OR" in QUOTED.sub(" words ", query).split()[1:-1]


# Pinyin


@lru_cache(maxsize=20_000)
def reading(text: str) -> tuple[str, ...]:
    """The syllables of ``text``; what is not Chinese stays as it is.

    >>> reading("旅游A级")
    ('lv', 'you', 'a', 'ji')
    """
    return tuple(plain(syllable) for syllable in lazy_pinyin(text, style=Style.NORMAL))


def keys(text: str) -> set[str]:
    """What finds ``text`` when it is typed in pinyin: every run of 2 to 8 characters, spelt out and as initials.

    Initials count from three characters on, because two letters find everything.

    >>> sorted(keys("旅游区"))
    ['lvyou', 'lvyouqu', 'lyq', 'youqu']
    """
    return {key for run in HAN.findall(text) for key in _keys(run)}


@lru_cache(maxsize=20_000)
def _keys(run: str) -> frozenset[str]:
    """The same of one run of characters: departments, tags and the words of titles come again and again."""
    syllables = reading(run)
    initials = "".join(syllable[:1] for syllable in syllables)
    found: set[str] = set()
    for start in range(len(syllables)):
        for end in range(start + 2, min(len(syllables), start + LONGEST_KEY) + 1):
            found.add("".join(syllables[start:end]))
            if end - start > 2:
                found.add(initials[start:end])
    return frozenset(found)


@lru_cache(maxsize=20_000)
def sounds(text: str) -> str:
    """How ``text`` is typed in pinyin, whole and as initials, from each syllable to the end of its run; each after a
    space, after a new line where it is from the first syllable of a run.

    >>> sounds("旅游")
    '\nlvyou\nly you y'
    """
    found: list[str] = []
    for run in HAN.findall(text):
        syllables = reading(run)
        for start in range(len(syllables)):
            sign, rest = "\n" if not start else " ", syllables[start:]
            found += [sign, "".join(rest), sign, "".join(syllable[:1] for syllable in rest)]
    return "".join(found)


def word_initials(words: Iterable[str]) -> set[str]:
    """The initials of words from their beginning, two characters too: a tag 旅游景区 is found by ``ly``."""
    found: set[str] = set()
    for word in filter(HAN.fullmatch, words):
        initials = "".join(syllable[:1] for syllable in reading(word))
        found |= {initials[:end] for end in range(2, len(initials) + 1)}
    return found


@cache
def _syllables() -> frozenset[str]:
    spelt = {one for readings in pinyin_dict.pinyin_dict.values() for one in readings.split(",")}
    stripped = (unicodedata.normalize("NFD", one).replace("u\u0308", "v") for one in spelt)
    return frozenset("".join(c for c in one if not unicodedata.combining(c)) for one in stripped)


def as_pinyin(query: str) -> str:
    """``query`` with the spaces and apostrophes of pinyin taken out, when all of it is pinyin; else unchanged.

    >>> as_pinyin("lv you"), as_pinyin("xi'an"), as_pinyin("population census")
    ('lvyou', 'xian', 'population census')
    """
    if not LATIN.match(query):
        return query
    parts = query.replace("'", " ").split()
    if len(parts) > 1 and all(part in _syllables() for part in parts):
        return "".join(parts)
    return query


# Synonyms


@cache
def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """The groups of ``schemas/search/synonyms.txt``."""
    lines = (line.strip() for line in SYNONYMS.read_text(encoding="utf-8").splitlines())
    return tuple(
        tuple(word.strip() for word in line.split(",") if word.strip())
        for line in lines
        if line and not line.startswith("#")
    )


def synonyms(text: str) -> list[str]:
    """The other words for what ``text`` names, in the order of the file; words the text has itself are left out."""
    found: dict[str, None] = {}
    for group in synonym_groups():
        if any(word in text for word in group):
            found |= {word: None for word in group if word not in text}
    return list(found)


# What matched


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where ``text`` has what a query in pinyin spells, or another word for what it names.

    >>> spans("宁夏旅游景区", "lvyou"), spans("乡村振兴指标", "扶贫"), spans("旅游景区", "lyjq")
    ([(2, 4)], [(0, 4)], [(0, 4)])
    """
    wanted = as_pinyin(plain(query)).replace(" ", "")
    if LATIN.match(wanted):
        return _spelt(text, wanted)
    found = []
    for group in synonym_groups():
        if any(word in query for word in group):
            # The longest first: 乡村振兴局 is marked once.
            for word in sorted(group, key=len, reverse=True):
                start = text.find(word)
                if start >= 0 and not any(a < start + len(word) and start < b for a, b in found):
                    found.append((start, start + len(word)))
    return sorted(found)


def _spelt(text: str, wanted: str) -> list[tuple[int, int]]:
    for run in HAN.finditer(text):
        syllables = reading(run.group())
        if wanted not in "".join(syllables) and wanted not in "".join(syllable[:1] for syllable in syllables):
            continue
        for start in range(len(syllables)):
            for end in range(start + 2, min(len(syllables), start + LONGEST_KEY) + 1):
                part = syllables[start:end]
                if wanted in ("".join(part), "".join(syllable[:1] for syllable in part)):
                    return [(run.start() + start, run.start() + end)]
    return []


# What was perhaps meant


def nearest(query: str, vocabulary: tuple[str, ...]) -> str:
    """The word in ``vocabulary`` (most used first) that differs from ``query`` in few characters; "" without one."""
    wanted = plain(query)
    by_plain = {plain(word): word for word in reversed(vocabulary)}
    by_plain.pop(wanted, None)
    close = difflib.get_close_matches(wanted, list(by_plain), n=1, cutoff=0.72)
    return by_plain[close[0]] if close else ""


def mistyped(query: str, vocabulary: tuple[str, ...]) -> tuple[str, str]:
    """The longest part of ``query`` that no word of ``vocabulary`` has but that sounds as one, and that; else "", "".

    Characters of the same sound (旅游景去 for 旅游景区) are how Chinese is mistyped.

    >>> mistyped("银川市景去", ("旅游景区",))
    ('景去', '景区')
    """
    parts = _parts(vocabulary)
    right = _right(vocabulary)
    for length in range(min(len(query), LONGEST_KEY), 1, -1):
        for start in range(len(query) - length + 1):
            part = query[start : start + length]
            meant = parts.get(reading(part)) if HAN.fullmatch(part) and part not in right else None
            if meant:
                return part, meant
    return "", ""


@lru_cache(maxsize=4)
def _right(vocabulary: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_parts(vocabulary).values())


@lru_cache(maxsize=4)
def _parts(vocabulary: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Sound -> part of a word, for every run of 2 to 8 characters in the vocabulary; the most used word wins."""
    found: dict[tuple[str, ...], str] = {}
    for word in vocabulary:
        for run in HAN.findall(word):
            sounds = reading(run)
            for start in range(len(run)):
                for end in range(start + 2, min(len(run), start + LONGEST_KEY) + 1):
                    found.setdefault(sounds[start:end], run[start:end])
    return found
