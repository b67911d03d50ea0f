"""What a column of numbers, or an indicator of a row, is of, by its name and what stands before it. Plain module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.tables.answers import periods, terms

BRACKETS = re.compile(r"[（(\[]([^()（）\[\]]{1,12})[)）\]]")
OF_SOMETHING = re.compile(
    r"占.{0,6}比重|占比|比重|增减|增幅|增长|增速|位次|排名|share|change|growth|rank", re.IGNORECASE
)
"""Headers that say what is done with the amount before them, and not of what."""

DAYS = re.compile(r"\A\s*(?:\d{4}年?(?:末|底)?|\d{4}[-_./年]\d{1,2}.*)\Z")


@dataclass(frozen=True, slots=True)
class Label:
    """What numbers are of.

    Attributes:
        key: see :func:`.terms.make_key`; "" where the name does not say.
        place: code of the place that the name has in front, or "".
        period: that the name has, or "".
    """

    key: str
    place: str = ""
    period: str = ""


def read_label(name: str, subject: str = "") -> Label:
    """Read the name of a column or of an indicator.

    Args:
        subject: what the amount before it is of, for names such as 占全区比重 that say it of something.

    >>> read_label("银川市常住人口"), read_label("2020年常住人口").period
    (Label(key='{population}', place='640100', period=''), '2020')
    """
    if DAYS.match(name):
        return Label("", period=periods.find_period(name))
    period = periods.find_period(name)
    text = periods.strip_period(name) if period else name
    text = BRACKETS.sub(lambda match: "" if roles.find_unit(match[0]) else match[0], text)
    marked = terms.mark_terms(terms.fold_text(text))
    place = ""
    for mention in gazetteer.find_mentions(marked)[:1]:
        if mention.start == 0 and mention.end < len(marked):
            place, marked = mention.code, marked[mention.end :]
    key = terms.clean_key(marked)
    term = terms.term_of(key)
    if subject and key and OF_SOMETHING.match(text) and not (term and term.title):
        key = terms.clean_key(subject + key)
    return Label(key, place, period)


def read_labels(columns: Sequence[Mapping[str, Any]], title: str) -> dict[str, Label]:
    """Return id of a column of numbers -> what it is of.

    Args:
        columns: profiles in the order of the table, with ``id``, ``label``, ``role``, ``sequence``.
        title: of the dataset, which says what shares are of where no column does.
    """
    found: dict[str, Label] = {}
    subject = subject_of_title(title)
    for column in columns:
        if column["role"] != "measure":
            continue
        label = read_label(str(column["label"]), subject)
        found[column["id"]] = label
        if label.key and not OF_SOMETHING.search(str(column["label"])):
            subject = label.key
    return found


def is_named(key: str, title: str) -> bool:
    """Whether a title names what a key is of: the time of the dataset is then the time of its numbers."""
    first = re.match(r"\{\w+\}", key)
    term = terms.term_of(first[0]) if first else None
    if term is None:
        return len(key) > 1 and key in terms.fold_text(title)
    if term.title:
        return term.title in title
    marked = terms.mark_terms(terms.fold_text(title))
    return f"{{{term.id}}}" in marked or bool(term.broader and f"{{{term.broader}}}" in marked)


def subject_of_title(title: str) -> str:
    """Return the first term that a title names, as a key; "" for none."""
    match = re.search(r"\{\w+\}", terms.mark_terms(terms.fold_text(title)))
    return match[0] if match else ""
