"""The query string of a result page as a search for what changed. Imports nothing of CKAN."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from ckanext.nxopendata.core.payload import value_types

FACET = re.compile(r"(nx_[a-z_]+|organization|tags|res_format|license_id)\Z")
LONGEST = 500


def normalise(query: str) -> str:
    """What of a query string narrows the search, in a fixed order; "" when nothing does."""
    pairs = parse_qsl(query.removeprefix("?")[:LONGEST])
    kept = [(key, value.strip()) for key, value in pairs if (key == "q" or FACET.match(key)) and value.strip()]
    return urlencode(sorted(dict.fromkeys(kept)))


def is_text(query: str) -> bool:
    """Whether a query string holds no control characters, written out or as ``%00``; a search and a letter need text.

    >>> is_text("q=%E4%BA%BA%E5%8F%A3"), is_text("q=%00")
    (True, False)
    """
    return not value_types.CONTROLS.search(unquote_plus(query))


def search(query: str, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """The arguments of ``package_search`` for what this search finds and what changed from ``since`` to ``until``."""
    pairs = parse_qsl(query)
    filters = [f'{key}:"{_quoted(value)}"' for key, value in pairs if key != "q"]
    return {
        "q": " ".join(value for key, value in pairs if key == "q"),
        "fq_list": [*PUBLIC, *filters, changed_filter(since, until)],
        "sort": "metadata_modified desc",
    }


PUBLIC = ('capacity:"public"', "dataset_type:dataset")


def changed_filter(since: dt.datetime, until: dt.datetime) -> str:
    """The filter for what changed after ``since`` and not after ``until``, both UTC."""
    return f"metadata_modified:{{{since.isoformat()}Z TO {until.isoformat()}Z]"


def describe(query: str) -> list[tuple[str, str]]:
    """The parts of a query, ``q`` first, to be shown to a person."""
    return sorted(parse_qsl(query), key=lambda pair: pair[0] != "q")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
