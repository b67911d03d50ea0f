"""SQL written for people: what a filter asks, and two tables joined by region and time. Plain module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.tables.query import Condition, Question, family

SIGNS = {"is": "=", "isnot": "IS DISTINCT FROM", "ge": ">=", "le": "<=", "lt": "<"}


def quote_name(name: str) -> str:
    """Return a name in quotation marks.

    >>> quote_name('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a text as SQL writes it.

    >>> quote_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def write_select(
    resource_id: str, types: Mapping[str, str], question: Question, shown: Sequence[str] = (), limit: int = 100
) -> str:
    """Return the statement that answers as the page of a table does.

    Args:
        types: id of each column -> its type in the database.
        shown: ids of the columns wanted; all by default.
    """
    everything = not shown or list(shown) == list(types)
    lines = [f"SELECT {'*' if everything else ', '.join(map(quote_name, shown))}", f"FROM {quote_name(resource_id)}"]
    conditions = _write_conditions(types, question)
    if conditions:
        lines.append("WHERE " + "\n  AND ".join(conditions))
    if question.order:
        order = [f"{quote_name(name)}{' DESC' if down else ''} NULLS LAST" for name, down in question.order]
        lines.append("ORDER BY " + ", ".join(order))
    return "\n".join([*lines, f"LIMIT {limit}"])


def _write_conditions(types: Mapping[str, str], question: Question) -> list[str]:
    parts: list[str] = []
    chosen: dict[str, list[str]] = {}
    for one in question.conditions:
        if one.column not in types:
            continue
        if one.operator == "is":
            chosen.setdefault(one.column, []).append(_write_value(one, types[one.column]))
        else:
            parts.append(_write_condition(one, types[one.column]))
    for name, values in chosen.items():
        one_of = f"= {values[0]}" if len(values) == 1 else f"IN ({', '.join(values)})"
        parts.append(f"{quote_name(name)} {one_of}")
    for word in question.q.split()[:8]:
        texts = [name for name, type_ in types.items() if family(type_) == "text"]
        pattern = quote_text(f"%{word}%")
        if texts:
            parts.append("(" + " OR ".join(f"{quote_name(name)} ILIKE {pattern}" for name in texts) + ")")
    return parts


def _write_condition(one: Condition, type_: str) -> str:
    name = quote_name(one.column)
    if one.operator in ("empty", "filled"):
        return f"{name} IS {'NOT ' if one.operator == 'filled' else ''}NULL"
    if one.operator == "has":
        return f"CAST({name} AS VARCHAR) ILIKE {quote_text(f'%{one.value}%')}"
    return f"{name} {SIGNS[one.operator]} {_write_value(one, type_)}"


def _write_value(one: Condition, type_: str) -> str:
    kind, text = family(type_), one.value.replace(",", "").strip()
    if kind == "number" and text.lstrip("+-").replace(".", "", 1).isdecimal() and text.isascii():
        return text
    return f"DATE {quote_text(one.value)}" if kind == "date" else quote_text(one.value)


Profile = Mapping[str, Any]


def find_keys(left: Sequence[Profile], right: Sequence[Profile]) -> list[tuple[str, str]]:
    """Return the columns by which two tables belong together: a place each, and a time each, where both have one.

    Codes of places are better than names, and only columns of one kind are compared.

    Args:
        left, right: profiles of the columns, see :class:`core.tabular.profile.column.Profile`.
    """
    return [pairs[0] for pairs in (_pair_places(left, right), _pair_times(left, right)) if pairs]


def _pair_places(left: Sequence[Profile], right: Sequence[Profile]) -> list[tuple[str, str]]:
    pairs = [
        (bool(one.get("code_list")), min(one["distinct"], other["distinct"]), one["id"], other["id"])
        for one in left
        for other in right
        if one["role"] == other["role"] == "place"
        and bool(one.get("code_list")) == bool(other.get("code_list"))
        and _overlap(one, other)
    ]
    return [(one, other) for _, _, one, other in sorted(pairs, key=lambda pair: (not pair[0], -pair[1]))]


def _overlap(one: Profile, other: Profile) -> bool:
    """Whether two columns of places are of one level: frequent values in common, or equal levels."""
    values = {str(value) for value, _ in one.get("top") or ()} & {str(value) for value, _ in other.get("top") or ()}
    return bool(values) or (bool(one.get("levels")) and set(one["levels"]) == set(other.get("levels") or ()))


def _pair_times(left: Sequence[Profile], right: Sequence[Profile]) -> list[tuple[str, str]]:
    return [
        (one["id"], other["id"])
        for one in left
        for other in right
        if one["role"] == other["role"] == "time"
        and one.get("granularity") == other.get("granularity")
        and one.get("type") == other.get("type")
        and one["distinct"] > 1
        and other["distinct"] > 1
    ]


def write_join(
    left_id: str, right_id: str, left: Sequence[Profile], right: Sequence[Profile], limit: int = 100
) -> str | None:
    """Return the statement that joins two tables; None where nothing says how they belong together."""
    keys = find_keys(left, right)
    if not keys:
        return None
    used = {other for _, other in keys}
    wanted = [f"a.{quote_name(one['id'])}" for one in left]
    taken = {one["id"] for one in left}
    for one in right:
        if one["id"] not in used:
            name = one["id"] if one["id"] not in taken else f"{one['id']} (b)"
            wanted.append(f"b.{quote_name(one['id'])}" + (f" AS {quote_name(name)}" if name != one["id"] else ""))
    on = " AND ".join(f"a.{quote_name(one)} = b.{quote_name(other)}" for one, other in keys)
    return (
        f"SELECT {', '.join(wanted)}\nFROM {quote_name(left_id)} AS a\nJOIN {quote_name(right_id)} AS b\n"
        f"  ON {on}\nLIMIT {limit}"
    )
