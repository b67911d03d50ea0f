"""What the search adds to the index document of a dataset."""

from __future__ import annotations

import json
from typing import Any

from ckanext.nxopendata.search import words

PINYIN = "nx_pinyin"
DEPARTMENT_PINYIN = "nx_department_pinyin"
RELATED = "extras_nx_related"
"""The department's title and other words for what the dataset names: searched, and worth least."""


def document(dataset: dict[str, Any], department: str) -> dict[str, Any]:
    """The index document with the pinyin of its title, tags and department, and with synonyms of its words.

    Args:
        dataset: what ``IPackageController.before_dataset_index`` receives.
        department: the title of its department, "" without one.
    """
    title, tags = str(dataset.get("title") or ""), [str(tag) for tag in dataset.get("tags") or ()]
    found = words.keys(title) | words.word_initials(tags)
    for tag in tags:
        found |= words.keys(tag)
    described = "\n".join([title, str(dataset.get("notes") or ""), *tags, department])
    return dataset | {
        PINYIN: sorted(found),
        DEPARTMENT_PINYIN: sorted(words.keys(department)),
        RELATED: " ".join([department, *words.synonyms(described)]),
    }


def parameters(search: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a search, with our weights.

    A query in CKAN's own syntax (``field:value``), and one that brings weights or a parser of its own, stays as it is.
    """
    query = search.get("q") or ""
    if not query or ":" in query or search.get("qf") or search.get("defType"):
        return search
    return search | {"q": words.normalised(query), "qf": WEIGHTS, "bf": FRESHNESS}


WEIGHTS = "title^8 title_translated^6 tags^4 nx_pinyin^4 nx_department_pinyin name^2 notes^1.5 text"
FRESHNESS = "recip(ms(NOW/DAY,metadata_modified),3.16e-11,0.3,1)"
"""At most 0.3 for a dataset changed today, half of it after a year: decides only between equals."""


def texts(value: Any) -> dict[str, str]:
    """A localised value of a search result by language; a plain text is Chinese."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    return value if isinstance(value, dict) else {"zh": str(value or "")}
