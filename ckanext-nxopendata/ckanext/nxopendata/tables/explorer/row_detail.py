"""One row of a table by its address: every column in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.page.address import Address
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.page.row_view import format_cell
from ckanext.nxopendata.tables.query import ROW_ID, Question
from ckanext.nxopendata.tables.reader.columns import Column


@dataclass(frozen=True, slots=True)
class RowDetail:
    """A row.

    Attributes:
        number: of the row, from 1 in the order of the file.
        cells: label, unit and text of each column.
        back: the link to all rows.
        before, after: links to the rows beside it; "" at the ends.
    """

    number: int
    cells: tuple[tuple[str, str, str], ...]
    back: str
    before: str
    after: str


def read_row(
    source: query.Source, columns: Sequence[Column], measures: set[str], number: int, address: Address
) -> RowDetail | None:
    """Return a row; None where the table has none of that number.

    Args:
        measures: ids of the columns whose numbers are amounts.
        number: of the row, as the DataStore counts them.
    """
    wider = query.Source(source.resource_id, {**source.types, ROW_ID: "int4"}, source.rows)
    question = Question(conditions=(query.Condition(ROW_ID, "is", str(number)),))
    _, rows = query.read_page(wider, question, 1, 0, [column.id for column in columns])
    if not rows:
        return None
    cells = tuple(
        (label_of(column), column.unit, format_cell(value, column.id in measures))
        for value, column in zip(rows[0], columns, strict=True)
    )
    last = source.rows is None or number < source.rows
    return RowDetail(
        number,
        cells,
        address.but(row=None),
        address.but(row=number - 1) if number > 1 else "",
        address.but(row=number + 1) if last else "",
    )
