"""The yearly evaluation: indicators, scores with their arithmetic, grades, ranks. Plain module.

``schemas/register/evaluation.yaml`` holds the indicators, as the plan asks for them (part three, three) and says how
they are computed. Every number is rounded half up to two decimals before it is used again, so that the printed
arithmetic can be done over by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

FILE = resources.files("ckanext.nxopendata.schemas") / "register" / "evaluation.yaml"
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    Attributes:
        name, numerator, denominator, advice: language -> text.
        weight: its points at most.
        full: the share (per cent) from which all points are given.
        zero: the share up to which none is given.
        of: the classes of units it applies to, ``department``, ``city``.
    """

    key: str
    name: Mapping[str, str]
    numerator: Mapping[str, str]
    denominator: Mapping[str, str]
    advice: Mapping[str, str]
    weight: Decimal
    full: Decimal
    zero: Decimal
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """A record that costs points: a system, a dataset, a report and so on, and why (a code with its ``params``)."""

    kind: str
    id: str
    title: str
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of a unit for one indicator. A ``denominator`` of 0: there is nothing to assess."""

    numerator: int = 0
    denominator: int = 0
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A count turned into points; ``percent``, ``reached`` and ``points`` are None where nothing is assessed.

    Attributes:
        percent: the share.
        reached: how much of the way from ``zero`` to ``full`` that is, per cent.
    """

    indicator: Indicator
    count: Count
    percent: Decimal | None
    reached: Decimal | None
    points: Decimal | None


@cache
def rules() -> tuple[tuple[Indicator, ...], tuple[tuple[Decimal, Mapping[str, str]], ...], Decimal]:
    """The indicators, the grades (from how many points, name) from the best down, and below what advice is given."""
    data: Any = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    indicators = tuple(
        Indicator(
            row["key"],
            row["name"],
            row["numerator"],
            row["denominator"],
            row["advice"],
            Decimal(str(row["weight"])),
            Decimal(str(row["full"])),
            Decimal(str(row.get("zero", 0))),
            tuple(row["of"]),
        )
        for row in data["indicators"]
    )
    grades = sorted(((Decimal(str(row["from"])), row["name"]) for row in data["grades"]), reverse=True, key=_first)
    return indicators, tuple(grades), Decimal(str(data["advise_below"]))


def _first(pair: tuple[Decimal, Any]) -> Decimal:
    return pair[0]


def indicators_of(kind: str) -> tuple[Indicator, ...]:
    """The indicators that apply to a class of units."""
    return tuple(each for each in rules()[0] if kind in each.of)


def rounded(number: Decimal) -> Decimal:
    """Two decimals, half up."""
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def score(indicator: Indicator, count: Count) -> Score:
    """The points of a count.

    >>> one = next(each for each in rules()[0] if each.key == "updated")
    >>> made = score(one, Count(40, 50))
    >>> str(made.percent), str(made.reached), str(made.points)
    ('80.00', '81.63', '9.80')
    """
    if count.denominator <= 0:
        return Score(indicator, count, None, None, None)
    percent = rounded(Decimal(count.numerator) * HUNDRED / Decimal(count.denominator))
    way = (percent - indicator.zero) * HUNDRED / (indicator.full - indicator.zero)
    reached = rounded(min(max(way, Decimal(0)), HUNDRED))
    return Score(indicator, count, percent, reached, rounded(indicator.weight * reached / HUNDRED))


def total(scores: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """The points of 100, from weights and points: what is not assessed leaves its weight to the others.

    Returns:
        None when nothing could be assessed.

    >>> str(total([(Decimal(12), Decimal("9.80")), (Decimal(8), None), (Decimal(4), Decimal("4.00"))]))
    '86.25'
    """
    assessed = [(weight, points) for weight, points in scores if points is not None]
    if not assessed:
        return None
    return rounded(sum(points for _, points in assessed) * HUNDRED / sum(weight for weight, _ in assessed))


def grade(points: Decimal | None) -> Mapping[str, str]:
    """The grade for a total, language -> name; {} without a total."""
    if points is None:
        return {}
    return next((name for least, name in rules()[1] if points >= least), {})


def ranks(totals: Sequence[Decimal | None]) -> list[int | None]:
    """The places of totals, best first; equal ones share a place and the next is left out.

    >>> ranks([Decimal(80), Decimal(90), Decimal(80), None, Decimal(70)])
    [2, 1, 2, None, 4]
    """
    return [None if one is None else 1 + sum(other is not None and other > one for other in totals) for one in totals]


def score_to_json(made: Score) -> dict[str, Any]:
    """A score as it is stored and given out, with all that is needed to do it over: numbers with decimals as text."""
    indicator, count = made.indicator, made.count
    return {
        "key": indicator.key,
        "name": dict(indicator.name),
        "numerator_is": dict(indicator.numerator),
        "denominator_is": dict(indicator.denominator),
        "advice": dict(indicator.advice),
        "weight": str(indicator.weight),
        "full": str(indicator.full),
        "zero": str(indicator.zero),
        "numerator": count.numerator,
        "denominator": count.denominator,
        "percent": _text(made.percent),
        "reached": _text(made.reached),
        "points": _text(made.points),
        "lost": [
            {"kind": each.kind, "id": each.id, "title": each.title, "reason": each.reason, "params": dict(each.params)}
            for each in count.lost
        ],
        "adjusted": None,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def adjusted(stored: Mapping[str, Any], numerator: int, denominator: int, reason: str) -> dict[str, Any]:
    """A stored score counted again with other numbers, by the weights and thresholds it was made with."""
    indicator = Indicator(
        stored["key"],
        stored["name"],
        stored["numerator_is"],
        stored["denominator_is"],
        stored["advice"],
        Decimal(stored["weight"]),
        Decimal(stored["full"]),
        Decimal(stored["zero"]),
        (),
    )
    before = (stored["adjusted"] or {}).get("from") or [stored["numerator"], stored["denominator"]]
    new = score_to_json(score(indicator, Count(numerator, denominator)))
    lost = list(stored["lost"]) if numerator < denominator else []
    return new | {"lost": lost, "adjusted": {"from": before, "reason": reason}}


def total_of(stored: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """:func:`total` of scores as they are stored."""
    return total((Decimal(row["weight"]), None if row["points"] is None else Decimal(row["points"])) for row in stored)


def weak(stored: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The scores that call for advice: less than the threshold of their weight, the most points lost first."""
    least = rules()[2]
    found = [row for row in stored if row["reached"] is not None and Decimal(row["reached"]) < least]
    return sorted(found, key=lambda row: Decimal(row["points"]) - Decimal(row["weight"]))
