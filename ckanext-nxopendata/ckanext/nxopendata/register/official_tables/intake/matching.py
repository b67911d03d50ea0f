"""Finds the systems or units of the register that a table means, by name. Plain module.

The same name, then the same but for spaces, punctuation, width and case; anything less is asked, never assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, Protocol, TypeVar

from ckanext.nxopendata.catalogue.schema.filing_rules import title_key

NEAR = 0.72
"""Likeness (0 to 1) from which one is asked about."""

ENDINGS = ("管理信息系统", "信息管理系统", "信息系统", "管理系统", "信息平台", "管理平台", "系统", "平台")
MOST_ASKED = 5


class Named(Protocol):
    """What is found by its name: a system, a unit."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What a name means: ``exact``, ``normalised``, ``near`` (candidates to ask about) or ``new``."""

    kind: str
    found: T | None = None
    candidates: tuple[T, ...] = ()


def match(
    titles: Sequence[str],
    things: Iterable[T],
    *,
    same: Callable[[str], str] = title_key,
    asked: Collection[str] | None = None,
) -> list[Match[T]]:
    """What each of the names means.

    What one name means exactly is no candidate for another.

    Args:
        same: gives two names that mean the same one form.
        asked: the ids that may be asked about; all for None.
    """
    things = list(things)
    exact: dict[str, list[T]] = {}
    normalised: dict[str, list[T]] = {}
    for thing in things:
        exact.setdefault(thing.title, []).append(thing)
        normalised.setdefault(same(thing.title), []).append(thing)
    certain = [
        _only("exact", exact.get(title, ())) or _only("normalised", normalised.get(same(title), ())) for title in titles
    ]
    taken = {one.found.id for one in certain if one is not None and one.found}
    free = [thing for thing in things if thing.id not in taken and (asked is None or thing.id in asked)]
    return [one or _near(title, free, same) for title, one in zip(titles, certain, strict=True)]


def _only(kind: str, found: Sequence[T]) -> Match[T] | None:
    return Match(kind, found[0]) if len(found) == 1 else None


def _near(title: str, things: Sequence[T], same: Callable[[str], str]) -> Match[T]:
    wanted = _core(same(title))
    scored = [(likeness(wanted, _core(same(thing.title))), thing) for thing in things]
    near = sorted((pair for pair in scored if pair[0] >= NEAR), key=lambda pair: -pair[0])
    if near:
        return Match("near", None, tuple(thing for _, thing in near[:MOST_ASKED]))
    return Match("new")


def without_region(title: str) -> str:
    """A department's title without the region's name, which is as often left out."""
    return re.sub(r"^(宁夏回族自治区|宁夏|自治区)", "", "".join(title.split()))


def same_unit(title: str) -> str:
    """What two spellings of one department's name share."""
    return title_key(without_region(title))


def _core(plain: str) -> str:
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
