"""The reading plan of a file: how it is written, where its table stands, what is set aside, what its columns are.

A plan is data. Reading a file gives one; a plan that is given is obeyed, and a file that no longer fits it is refused,
not guessed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ckanext.nxopendata.core.tabular.layout import areas
from ckanext.nxopendata.core.tabular.layout.rows import REASONS, SetAside

ROLES = ("", "key", "time", "place", "category", "indicator", "measure", "text", "coordinate")
TYPES = ("", "text", "int8", "numeric", "date", "timestamp")
DELIMITERS = (",", "\t", ";", "|", "||", "^", "~", ":", "，", " ", "  ", "\x01", "\x1f")
CODECS = (
    *("", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    *("gb18030", "big5", "cp1252", "cp1251", "cp949", "cp932", "euc_jp"),
)
MOST_ENTRIES = 5000


class PlanError(ValueError):
    """A plan has a value that it cannot have.

    Attributes:
        field: the name of the value.
        allowed: what it may be, where that can be listed.
    """

    def __init__(self, field: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(field)
        self.field, self.allowed = field, allowed


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What a plan says of a column; "" leaves it to the file.

    Attributes:
        header: as it stands in the file; by it the column is found.
        label: the name that people read.
        type: of the database.
        unit: of its amounts.
        role: of ``ROLES``.
        null_words: further words for nothing, such as ``-9999``.
    """

    header: str
    label: str = ""
    type: str = ""
    unit: str = ""
    role: str = ""
    null_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is read.

    Attributes:
        sheet: name of the worksheet; "" for the one that has the data.
        area: the part of the sheet that is the table, such as ``22:40`` or ``E:G``; "" for all of it.
        codec, delimiter: of a text; "" for what its bytes and rows say.
        header_lines: lines of the header, from 1; empty: there is none; None: to be found.
        headers: the names of the columns that the plan was made for; empty: any.
        take_in: reasons (of ``REASONS``) for which no row is set aside, and lines, as text, that are data.
        set_aside: the rows that are not among the data.
        columns: what is said of columns.
        closed: ``cut``: columns that are declared not open are left out when the table is published; "": nothing is
            said, so that it is not published.
    """

    sheet: str = ""
    area: str = ""
    codec: str = ""
    delimiter: str = ""
    header_lines: tuple[int, ...] | None = None
    headers: tuple[str, ...] = ()
    take_in: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    columns: tuple[ColumnPlan, ...] = field(default=())
    closed: str = ""

    def column(self, header: str) -> ColumnPlan | None:
        """Return what is said of the column with a header."""
        return next((column for column in self.columns if column.header == header), None)


def to_dict(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON has it."""
    values = asdict(plan)
    for name in ("headers", "take_in", "set_aside", "columns"):
        values[name] = list(values[name])
    if plan.header_lines is not None:
        values["header_lines"] = list(plan.header_lines)
    return values


def from_dict(values: Mapping[str, Any]) -> Plan:
    """Return the plan that JSON describes; rows set aside are found anew, so they are not taken from it.

    Raises:
        PlanError: a value is not what it can be.
    """
    unknown = set(values) - {entry.name for entry in fields(Plan)}
    if unknown:
        raise PlanError(min(unknown), tuple(entry.name for entry in fields(Plan)))
    area = _text(values, "area").strip()
    if area and areas.parse(area) is None:
        raise PlanError("area", ("A1:D20", "3:20", "22:", "E:G"))
    lines = values.get("header_lines")
    if lines is not None and not (
        isinstance(lines, list) and len(lines) <= 10 and all(isinstance(line, int) and line > 0 for line in lines)
    ):
        raise PlanError("header_lines")
    return Plan(
        sheet=_text(values, "sheet"),
        area=area,
        codec=_choice(values, "codec", CODECS),
        delimiter=_choice(values, "delimiter", ("", *DELIMITERS)),
        header_lines=None if lines is None else tuple(lines),
        headers=tuple(map(str, _list(values, "headers"))),
        take_in=tuple(map(_taken, _list(values, "take_in"))),
        columns=tuple(map(_column, _list(values, "columns"))),
        closed=_choice(values, "closed", ("", "cut")),
    )


def _taken(value: Any) -> str:
    """A reason, or the line of a single row."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        return value
    return _choice({"take_in": value}, "take_in", REASONS)


def _column(values: Any) -> ColumnPlan:
    if not isinstance(values, dict) or not isinstance(values.get("header"), str):
        raise PlanError("columns")
    if unknown := set(values) - {entry.name for entry in fields(ColumnPlan)}:
        raise PlanError(min(unknown), tuple(entry.name for entry in fields(ColumnPlan)))
    return ColumnPlan(
        header=values["header"],
        label=_text(values, "label"),
        type=_choice(values, "type", TYPES),
        unit=_text(values, "unit"),
        role=_choice(values, "role", ROLES),
        null_words=tuple(map(str, _list(values, "null_words"))),
    )


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name) or ""
    if not isinstance(value, str) or len(value) > 500:
        raise PlanError(name)
    return value


def _choice(values: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = values.get(name) or ""
    if value not in allowed:
        raise PlanError(name, tuple(choice for choice in allowed if choice.strip()))
    return value


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    value = values.get(name) or []
    if not isinstance(value, list | tuple) or len(value) > MOST_ENTRIES:
        raise PlanError(name)
    return list(value)
