"""The address of the page of a table: what it asks for, and links that ask for something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.reader.columns import Column

QUESTION_PARAMETERS = ("q", "c", "o", "v", "sort", "size", "hide", "pin")
CHART_PARAMETERS = ("x", "y", "agg", "kind", "order", "s", "title")
MAP_PARAMETERS = ("area", "datum", "measure")
CHOOSING = "by:"
"""Before the id of a column that chooses among the rows of a place on the map."""
EXPORT_PARAMETERS = ("q", "c", "o", "v", "sort", "hide", "pin")
PASSING = ("page", "row", "col", "fq")
"""Parameters of a place on the page, which no link to another place keeps."""

ANCHOR = "#nx-table"


@dataclass(frozen=True, slots=True)
class Address:
    """The parameters of a page, and links that change some of them."""

    pairs: tuple[tuple[str, str], ...]

    def but(self, **changes: Any) -> str:
        """Return a relative link: None takes a parameter out; a list gives one several times.

        Every change goes back to the first page.
        """
        gone = {*changes, *PASSING}
        pairs = [(key, value) for key, value in self.pairs if key not in gone]
        for key, value in changes.items():
            values = value if isinstance(value, list | tuple) else [] if value is None else [value]
            pairs += [(key, str(one)) for one in values]
        return "?" + urlencode(pairs) + ANCHOR

    def values(self, name: str) -> list[str]:
        """Return the values of a parameter."""
        return [value for key, value in self.pairs if key == name]

    def with_conditions(self, conditions: Sequence[Condition]) -> str:
        """Return a relative link that asks for these conditions instead of those of the page."""
        pairs = [(key, value) for key, value in self.pairs if key not in ("c", "o", "v", "page", "row")]
        return "?" + urlencode([*pairs, *condition_pairs(conditions)]) + ANCHOR

    def hidden(self, *but: str) -> list[tuple[str, str]]:
        """Return the parameters that a form must carry along."""
        return [(key, value) for key, value in self.pairs if key not in but and key not in PASSING]

    def export_pairs(self) -> list[tuple[str, str]]:
        """Return the parameters that a download of these rows needs."""
        return [(key, value) for key, value in self.pairs if key in EXPORT_PARAMETERS]


def read_address(args: Any) -> Address:
    """Return the parameters of a request (``werkzeug.MultiDict``) that belong to the page of a table."""
    kept = (*QUESTION_PARAMETERS, *CHART_PARAMETERS, *MAP_PARAMETERS, "view", "col", "fq")
    return Address(
        tuple((key, value) for key, value in args.items(multi=True) if key in kept or key.startswith(CHOOSING))
    )


def condition_pairs(conditions: Sequence[Condition]) -> list[tuple[str, str]]:
    """Return conditions as parameters of an address."""
    return [
        pair
        for condition in conditions
        for pair in (("c", condition.column), ("o", condition.operator), ("v", condition.value))
    ]


def parse_question(args: Any, columns: Sequence[Column]) -> Question:
    """Return the question in an address.

    Args:
        args: ``werkzeug.MultiDict`` with ``q``, ``c`` ``o`` ``v`` (column, operator, value, each as often), ``sort``
            (as often as there are columns to sort by).
    """
    families = {column.id: query.family(column.type) for column in columns}
    conditions = []
    for column, operator, value in zip(args.getlist("c"), args.getlist("o"), args.getlist("v"), strict=False):
        if not column or (not value.strip() and operator not in ("empty", "filled")):
            continue
        # One list of operators serves all columns of the form without scripts; "contains" fits text only.
        if operator == "has" and families.get(column, "text") != "text":
            operator = "is"
        conditions.append(Condition(column, operator, value.strip()))
    return Question(str(args.get("q") or "").strip(), tuple(conditions), query.parse_order(args.getlist("sort")))


def choose_columns(args: Any, columns: Sequence[Column]) -> list[Column]:
    """Return the columns that an address shows, in its order: without those it hides, the one it pins in front.

    All, where it would hide every one.
    """
    hidden, pinned = set(args.getlist("hide")), str(args.get("pin") or "")
    shown = [column for column in columns if column.id not in hidden] or list(columns)
    return sorted(shown, key=lambda column: column.id != pinned)


def parse_number(value: Any, default: int) -> int:
    """Return a whole number of an address; ``default`` for what is none."""
    try:
        return min(int(value), 10**8)
    except (TypeError, ValueError):
        return default
