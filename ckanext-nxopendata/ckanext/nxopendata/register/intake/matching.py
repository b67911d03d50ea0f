"""Finds the systems of the register that a table means, by name. Plain module.

The same name, then the same but for spaces, punctuation, width and case; anything less is asked, never assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ckanext.nxopendata.catalogue.rules import same_title
from ckanext.nxopendata.register.record import System

NEAR = 0.72
"""Likeness (0 to 1) from which a system is asked about."""

ENDINGS = ("管理信息系统", "信息管理系统", "信息系统", "管理系统", "信息平台", "管理平台", "系统", "平台")
MOST_ASKED = 5


@dataclass(frozen=True, slots=True)
class Match:
    """What a name means: ``exact``, ``normalised``, ``near`` (candidates to ask about) or ``new``."""

    kind: str
    system: System | None = None
    candidates: tuple[System, ...] = ()


def match(titles: Sequence[str], systems: Iterable[System]) -> list[Match]:
    """What each of the names means.

    Systems that one name means exactly are no candidates for another.
    """
    systems = list(systems)
    exact = {system.title: system for system in systems}
    normalised: dict[str, list[System]] = {}
    for system in systems:
        normalised.setdefault(same_title(system.title), []).append(system)
    certain = [_certain(title, exact, normalised) for title in titles]
    taken = {found.system.id for found in certain if found is not None and found.system}
    free = [system for system in systems if system.id not in taken]
    return [found or _near(title, free) for title, found in zip(titles, certain, strict=True)]


def _certain(title: str, exact: Mapping[str, System], normalised: Mapping[str, list[System]]) -> Match | None:
    if title in exact:
        return Match("exact", exact[title])
    same = normalised.get(same_title(title), [])
    if len(same) == 1:
        return Match("normalised", same[0])
    return Match("near", None, tuple(same)) if same else None


def _near(title: str, systems: Sequence[System]) -> Match:
    wanted = _core(title)
    scored = [(likeness(wanted, _core(system.title)), system) for system in systems]
    near = sorted((pair for pair in scored if pair[0] >= NEAR), key=lambda pair: -pair[0])
    if near:
        return Match("near", None, tuple(system for _, system in near[:MOST_ASKED]))
    return Match("new")


def _core(title: str) -> str:
    plain = same_title(title)
    for ending in ENDINGS:
        if plain.endswith(ending) and len(plain) > len(ending) + 1:
            return plain.removesuffix(ending)
    return plain


def likeness(one: str, other: str) -> float:
    """How like two names are, 0 to 1; a name that holds the other counts as 0.9."""
    if not one or not other:
        return 0.0
    if min(len(one), len(other)) >= 3 and (one in other or other in one):
        return 0.9
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= NEAR else 0.0
