"""The recipe of a treatment: what is done to which column, and how well people are hidden afterwards. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

KINDS = (
    "mask",
    "year",
    "month",
    "age_band",
    "county",
    "city",
    "grid",
    "band",
    "prefix",
    "suppress",
    "pseudonym",
    "round",
    "drop",
)
DEFAULTS = {"age_band": "10", "grid": "0.01", "band": "10", "prefix": "4", "round": "10"}
"""Kinds that take a number, and the one that is proposed: years, degrees, width, characters, multiple."""

OF_ADVICE = {
    "mask": "mask",
    "generalise": "",
    "suppress": "suppress",
    "pseudonym": "pseudonym",
    "round": "round",
    "drop": "drop",
}
"""Treatment that a rule advises -> kind; a generalisation is chosen by the kind of quasi-identifier."""

OF_QUASI = {
    "birth": "year",
    "age": "band",
    "place": "county",
    "event": "year",
    "employer": "suppress",
    "household": "band",
}
"""Kind of quasi-identifier -> how its values are made coarser."""

MOST_STEPS = 500
LONGEST = 200


class RecipeError(ValueError):
    """A recipe has a value that it cannot have.

    Attributes:
        field: ``steps``, ``kind``, ``parameter``, ``quasi``, ``sensitive`` or ``least``.
        column: header of the step that it stands in; "" for none.
    """

    def __init__(self, field: str, column: str = "") -> None:
        super().__init__(field)
        self.field, self.column = field, column


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to a column: ``kind`` of :data:`KINDS`; ``parameter`` is a number where it takes one, else 0."""

    column: str
    kind: str
    parameter: float = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a table is treated.

    Attributes:
        quasi, sensitive: headers of the result by which people are told apart, and of what nobody should learn of them.
        least: rows that fewer others are like are left out; 0 leaves none out.
    """

    steps: tuple[Step, ...]
    quasi: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    least: int = 0

    @property
    def columns(self) -> list[str]:
        """Headers that the table must have."""
        return list(dict.fromkeys([*(step.column for step in self.steps), *self.quasi, *self.sensitive]))


def to_dict(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as JSON has it."""
    return {**asdict(recipe), "steps": [asdict(step) for step in recipe.steps]}


def from_dict(values: Mapping[str, Any]) -> Recipe:
    """Return the recipe that JSON describes.

    Raises:
        RecipeError: a value is not what it can be.
    """
    steps = values.get("steps")
    if not isinstance(steps, list) or not steps or len(steps) > MOST_STEPS:
        raise RecipeError("steps")
    read = tuple(map(_read_step, steps))
    if len({step.column for step in read}) < len(read):
        raise RecipeError("steps")
    least = values.get("least") or 0
    if not str(least).isdecimal() or int(least) > 1000:
        raise RecipeError("least")
    dropped = {step.column for step in read if step.kind == "drop"}
    quasi, sensitive = (
        tuple(name for name in _read_names(values, part) if name not in dropped) for part in ("quasi", "sensitive")
    )
    return Recipe(read, quasi, tuple(name for name in sensitive if name not in quasi), int(least))


def _read_step(values: Any) -> Step:
    if not isinstance(values, Mapping) or not isinstance(values.get("column"), str) or not values["column"]:
        raise RecipeError("steps")
    column, kind = values["column"][:LONGEST], values.get("kind")
    if kind not in KINDS:
        raise RecipeError("kind", column)
    if kind not in DEFAULTS:
        return Step(column, kind)
    try:
        parameter = float(values.get("parameter") or DEFAULTS[kind])
    except (TypeError, ValueError):
        parameter = 0.0
    if not 0 < parameter <= 10**9 or (kind != "grid" and parameter != int(parameter)):
        raise RecipeError("parameter", column)
    return Step(column, kind, parameter)


def _read_names(values: Mapping[str, Any], name: str) -> list[str]:
    found = values.get(name) or []
    if not isinstance(found, list | tuple) or len(found) > MOST_STEPS or not all(isinstance(x, str) for x in found):
        raise RecipeError(name)
    return list(dict.fromkeys(found))
