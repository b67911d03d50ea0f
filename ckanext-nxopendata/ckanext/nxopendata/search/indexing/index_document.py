"""What the search adds to the index document of a dataset, and to a search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.search.words import pinyin, synonyms

PINYIN = "nx_pinyin"
DEPARTMENT_PINYIN = "nx_department_pinyin"
RELATED = "nx_related"
"""The department's title and other words for what the dataset names: searched, and worth least."""

COLUMNS = "nx_columns"
OPENNESS = "nx_openness"
YEARS = "nx_year"
MOST_COLUMNS = 500
LONGEST_COLUMN = 200
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|(?!\d))")
MOST_YEARS = 40


def build_document(dataset: dict[str, Any], department: str, columns: Sequence[str] = ()) -> dict[str, Any]:
    """The index document with pinyin, synonyms, column headers, openness and years.

    Args:
        dataset: what ``IPackageController.before_dataset_index`` receives.
        department: the title of its department, "" without one.
        columns: the headers of the columns of its tables.
    """
    title, tags = str(dataset.get("title") or ""), [str(tag) for tag in dataset.get("tags") or ()]
    found = pinyin.pinyin_keys(title) | pinyin.word_initials(tags)
    for tag in tags:
        found |= pinyin.pinyin_keys(tag)
    described = "\n".join([title, str(dataset.get("notes") or ""), *tags, department])
    headers = dict.fromkeys(header.strip()[:LONGEST_COLUMN] for header in columns if header and header.strip())
    return dataset | {
        PINYIN: sorted(found),
        DEPARTMENT_PINYIN: sorted(pinyin.pinyin_keys(department)),
        RELATED: " ".join([department, *synonyms.find_synonyms(described)]),
        COLUMNS: list(headers)[:MOST_COLUMNS],
        OPENNESS: find_openness(dataset),
        YEARS: list_years(dataset),
    }


def find_openness(dataset: Mapping[str, Any]) -> list[str]:
    """``open``, ``conditional`` or ``closed``; nothing where the dataset does not say."""
    condition = _plain(dataset.get("nx_open_condition"))
    return {"1": ["conditional" if condition else "open"], "0": ["closed"]}.get(_plain(dataset.get("nx_is_open")), [])


def list_years(dataset: Mapping[str, Any]) -> list[str]:
    """The years the data are of: its period, else the years its title names, else the year of publication."""
    start, end = (_plain(dataset.get(f"nx_temporal_{side}"))[:4] for side in ("start", "end"))
    if start.isdecimal() or end.isdecimal():
        first, last = int(start if start.isdecimal() else end), int(end if end.isdecimal() else start)
        if first <= last:
            return [str(year) for year in range(max(first, last - MOST_YEARS + 1), last + 1)]
    named = dict.fromkeys(YEAR.findall(str(dataset.get("title") or "")))
    published = _plain(dataset.get("nx_publish_date"))[:4]
    return list(named) or ([published] if published.isdecimal() else [])


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    return str(value or "")
