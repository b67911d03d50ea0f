"""What a mistyped query was perhaps meant to be. Imports nothing of CKAN."""

from __future__ import annotations

import difflib
from functools import lru_cache

from ckanext.nxopendata.search.words.pinyin import HAN, LONGEST_KEY, normalize_text, to_syllables


def find_nearest(query: str, vocabulary: tuple[str, ...]) -> str:
    """The word in ``vocabulary`` (most used first) that differs from ``query`` in few characters; "" without one."""
    wanted = normalize_text(query)
    by_plain = {normalize_text(word): word for word in reversed(vocabulary)}
    by_plain.pop(wanted, None)
    close = difflib.get_close_matches(wanted, list(by_plain), n=1, cutoff=0.72)
    return by_plain[close[0]] if close else ""


def find_homophone(query: str, vocabulary: tuple[str, ...]) -> tuple[str, str]:
    """The longest part of ``query`` that no word of ``vocabulary`` has but that sounds as one, and that; else "", "".

    Characters of the same sound (旅游景去 for 旅游景区) are how Chinese is mistyped.

    >>> find_homophone("银川市景去", ("旅游景区",))
    ('景去', '景区')
    """
    parts = _parts(vocabulary)
    right = _parts_spelt_right(vocabulary)
    for length in range(min(len(query), LONGEST_KEY), 1, -1):
        for start in range(len(query) - length + 1):
            part = query[start : start + length]
            meant = parts.get(to_syllables(part)) if HAN.fullmatch(part) and part not in right else None
            if meant:
                return part, meant
    return "", ""


@lru_cache(maxsize=4)
def _parts_spelt_right(vocabulary: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_parts(vocabulary).values())


@lru_cache(maxsize=4)
def _parts(vocabulary: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Sound -> part of a word, for every run of 2 to 8 characters in the vocabulary; the most used word wins."""
    found: dict[tuple[str, ...], str] = {}
    for word in vocabulary:
        for run in HAN.findall(word):
            sounds = to_syllables(run)
            for start in range(len(run)):
                for end in range(start + 2, min(len(run), start + LONGEST_KEY) + 1):
                    found.setdefault(sounds[start:end], run[start:end])
    return found
