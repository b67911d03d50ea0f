"""Tables: what each column holds, by its header (0.4) and the share of its values that fit (0.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ckanext.nxopendata.safety.recognition import values
from ckanext.nxopendata.safety.recognition.rule import Rule

HEADER_WEIGHT, VALUE_WEIGHT = 0.4, 0.6
FEW = 40
"""Values that are looked at first: where none of them fits, the column is of another kind."""

MOST_TABLES = 20
"""Tables below each other on a sheet that are told apart."""

HEADER_ROWS = 10
"""Rows among which the header is."""


class Vote(NamedTuple):
    """A column that a rule speaks of.

    Attributes:
        share: of its filled cells that fit.
        fitting: cells of the sample that fit; ``example`` is the first of them.
    """

    rule: Rule
    column: int
    share: float
    fitting: int
    example: str


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of the row that holds the headers of columns; -1 where there is none.

    The one of the first rows with the most filled cells that are words, not numbers; of equal ones the first.
    """
    best, most = -1, 0.0
    for number, row in enumerate(rows[:HEADER_ROWS]):
        filled = [cell for cell in row if cell.strip()]
        texts = [cell for cell in filled if len(cell) <= 40 and sum(map(str.isdecimal, cell)) * 3 <= len(cell)]
        if filled and len(texts) >= 0.6 * len(filled):
            weight = len(set(texts)) - 0.1 * number
            if weight > most + 0.4:
                best, most = number, weight
    return best


def read_headers(rows: Sequence[Sequence[str]], header: int, width: int) -> list[str]:
    """Return the header of each column; those above it in a header of several rows are put before it."""
    texts = [""] * width
    for row in rows[: header + 1]:
        for column, cell in enumerate(row[:width]):
            if cell.strip() and len(cell) <= 60:
                texts[column] += cell
    return [re.sub(r"[\s\u3000_:：*()（）\[\]【】/\\.\-]+", "", text).lower() for text in texts]


def names_header(rule: Rule, header: str) -> bool:
    """Whether a header speaks of what a rule looks for."""
    return any(word in header for word in rule.headers) and not any(word in header for word in rule.not_headers)


def vote(rules: Sequence[Rule], headers: Sequence[str], sample: Sequence[Sequence[str]]) -> list[Vote]:
    """Return which columns the rules about columns speak of.

    Args:
        headers: as :func:`read_headers` gives them.
        sample: rows below the header.
    """
    votes = []
    for column, header in enumerate(headers):
        cells: list[str] | None = None
        for rule in rules:
            named = names_header(rule, header)
            if not named and (
                rule.values not in values.SELF_EVIDENT
                or rule.threshold > VALUE_WEIGHT
                or any(word in header for word in rule.not_headers)
            ):
                continue
            if cells is None:
                cells = [row[column] for row in sample if column < len(row) and values.is_filled(row[column])]
            if found := _count(rule, column, cells, named=named):
                votes.append(found)
    return votes


def find_later_headers(rules: Sequence[Rule], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return which rows begin another table of persons on the same sheet.

    Args:
        rules: about columns.

    Returns:
        Numbers of rows with the header of a column of names, and that of another column that a rule speaks of.
    """
    names = [word for rule in rules if rule.values == "name" for word in rule.headers]
    if not names:
        return []
    likely = re.compile("|".join(map(re.escape, names)))
    found = []
    for number, row in enumerate(rows):
        if not likely.search("\t".join(row)):
            continue
        headers = [text for text in read_headers([row], 0, len(row)) if text and len(text) <= 12]
        named = {text: [rule for rule in rules if names_header(rule, text)] for text in headers}
        is_name = any(rule.values == "name" for matching in named.values() for rule in matching)
        if is_name and sum(bool(matching) for matching in named.values()) > 1:
            found.append(number)
        if len(found) >= MOST_TABLES:
            break
    return found


def _count(rule: Rule, column: int, cells: Sequence[str], *, named: bool) -> Vote | None:
    recognise = (
        values.RECOGNISERS[rule.values] if named else values.UNNAMED.get(rule.values, values.RECOGNISERS[rule.values])
    )
    if not named and len(cells) > FEW and not any(map(recognise, cells[:: len(cells) // FEW])):
        return None
    fitting = [cell for cell in cells if recognise(cell)]
    share = len(fitting) / len(cells) if cells else 0.0
    if len(fitting) < rule.rows or HEADER_WEIGHT * named + VALUE_WEIGHT * share < rule.threshold - 1e-9:
        return None
    return Vote(rule, column, share, len(fitting), fitting[0])
