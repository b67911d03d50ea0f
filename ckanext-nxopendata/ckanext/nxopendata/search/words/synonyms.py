"""Other words for what a text names, from ``schemas/search/synonyms.txt``. Imports nothing of CKAN."""

from __future__ import annotations

from functools import cache
from importlib import resources

SYNONYMS = resources.files("ckanext.nxopendata.schemas") / "search" / "synonyms.txt"


@cache
def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """The groups of ``schemas/search/synonyms.txt``."""
    lines = (line.strip() for line in SYNONYMS.read_text(encoding="utf-8").splitlines())
    return tuple(
        tuple(word.strip() for word in line.split(",") if word.strip())
        for line in lines
        if line and not line.startswith("#")
    )


@cache
def _groups_by_word() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((word, group) for group in synonym_groups() for word in group)


def find_synonyms(text: str) -> list[str]:
    """The other words for what ``text`` names, in the order of the file; words the text has itself are left out."""
    groups = dict.fromkeys([group for word, group in _groups_by_word() if word in text])
    return list(dict.fromkeys(word for group in groups for word in group if word not in text))
