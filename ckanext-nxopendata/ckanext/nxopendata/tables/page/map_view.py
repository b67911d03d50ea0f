"""A map of the places of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.page import svg_map
from ckanext.nxopendata.tables.page.column_view import place_columns
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.query import Question
from ckanext.nxopendata.tables.reader.columns import Column


@dataclass(frozen=True, slots=True)
class MapView:
    """The picture, and whether there are more places than it shows."""

    picture: svg_map.Picture
    cut: bool


def make_map_view(source: query.Source, columns: Sequence[Column], question: Question) -> MapView:
    """Draw the places of the rows that answer a question, named by the first column of text.

    Raises:
        QuestionError: the question names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    places = place_columns(columns)
    title = next((column for column in columns if column.type == "text" and column.id not in places), columns[0])
    rows = query.read_pairs(source, question, [*places, title.id], limit=svg_map.MOST_PLACES + 1)
    drawn = rows[: svg_map.MOST_PLACES]
    picture = svg_map.draw((to_text(row[-1]), row[0] if len(places) == 1 else row[:2]) for row in drawn)
    return MapView(picture, len(rows) > len(drawn))
