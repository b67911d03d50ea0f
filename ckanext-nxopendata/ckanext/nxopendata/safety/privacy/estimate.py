"""How many people of a population share the values of a person: the estimate beside the k of a sample.

People fall into the combinations of values at random (Poisson): of λ = people / combinations that share one on average,
e^-λ are alone in theirs. The people are those of the census of 2020 in the least county that the table names, or of the
whole region.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ckanext.nxopendata.core.tabular.values import dates
from ckanext.nxopendata.safety.privacy import quasi_identifiers

REGION = "640000"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the census says.

    Attributes:
        place, people: the population that was reckoned with.
        combinations: of values that its people may have.
        shared: people of one combination on average.
        alone: share of the people who are alone in theirs.
    """

    place: str
    people: int
    combinations: int
    shared: float
    alone: float


@cache
def read_population() -> Mapping[str, int]:
    """Return the people of each county, city and of the region by name and by code (census of 2020)."""
    text = resources.files(quasi_identifiers.FOLDER).joinpath("population.csv").read_text(encoding="utf-8")
    found: dict[str, int] = {}
    for row in csv.DictReader(text.splitlines()):
        found[row["code"]] = found[row["name"]] = int(row["population"])
    return found


def estimate(kinds: Iterable[tuple[str, str]], places: Iterable[str]) -> Estimate:
    """Return the estimate for some quasi-identifiers.

    Args:
        kinds: id of each kind and a value of its column, by which it is seen how finely it is written.
        places: values of columns of places.

    >>> found = estimate([("birth", "1990-03-07"), ("sex", "男")], ["中宁县"])
    >>> found.people, found.combinations, round(found.shared, 1)
    (334022, 58400, 5.7)
    """
    combinations = 1
    for kind, value in kinds:
        combinations *= _count_values(kind, value)
    known = read_population()
    named = {place for value in places for place in known if place in value and place != REGION}
    place = min(named, key=lambda name: known[name], default="宁夏回族自治区")
    people = known[place]
    shared = people / combinations
    return Estimate(place, people, combinations, round(shared, 2), round(math.exp(-shared), 4))


def _count_values(kind: str, value: str) -> int:
    values = quasi_identifiers.words().kinds[kind].values
    return values.get(_find_fineness(value.strip()), values["other"])


def _find_fineness(value: str) -> str:
    if re.fullmatch(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])", value):
        return "day"
    if re.fullmatch(r"\d{1,3}岁?", value):
        return "number"
    found = dates.classify_date(value)
    if found in ("month", "year"):
        return found
    return "day" if found in ("day", "stamp", "dmy", "mdy", "dm") else "other"
