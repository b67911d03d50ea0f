"""What is similar to what somebody is about to ask for: datasets of the catalogue, and demands of others."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.search import SearchError

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.disclosure import anonymous, public_store
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core import caching, localised

MOST_COMPARED = 2000
"""Demands that a new one is compared with, those with most votes first."""

MOST_DEMANDS, MOST_DATASETS = 5, 3

SIMILAR = 0.35
"""Share of pairs of characters that two texts have in common, from which on they are shown as similar."""

LONGEST = 100
"""Characters of a text that are looked for."""

SIGNS = str.maketrans(dict.fromkeys('"：:+-!(){}[]^~*?\\/&|', " "))
"""Signs of the query language: in what somebody types they mean nothing."""


def list_demands(text: str) -> list[Case]:
    """Return the demands whose subject is similar to a text, the most similar first."""
    serials = [serial for serial, _, _, _ in _score(text)]
    rows = model.Session.scalars(sa.select(Case).where(Case.serial.in_(serials))) if serials else ()
    return sorted(rows, key=lambda case: serials.index(case.serial))


def suggest(text: str) -> list[dict[str, Any]]:
    """Return what is similar to a text, as the search box shows what it suggests: datasets first.

    ``kind`` (``dataset`` or ``demand``), ``zh``, ``en``, ``path`` (without the language), ``count`` (votes) each.
    """
    found = []
    for dataset in list_datasets(text):
        texts = dataset["title_translated"]
        zh, en = texts.get(localised.DEFAULT) or dataset["title"], texts.get("en", "")
        found.append({"kind": "dataset", "zh": zh, "en": en, "path": f"/dataset/{dataset['name']}", "count": None})
    for _, number, title, votes in _score(text):
        path = tk.url_for("nx_case_public.demands", q=number, locale="default")
        found.append({"kind": "demand", "zh": title, "en": "", "path": path, "count": votes})
    return found


def list_datasets(text: str) -> list[dict[str, Any]]:
    """Return the public datasets that a search for a text finds first: ``name``, ``title``, ``title_translated``."""
    words = " ".join(text[:LONGEST].translate(SIGNS).split())
    if not words:
        return []
    public: Any = {"user": "", "auth_user_obj": None}
    asked = {"q": words, "rows": MOST_DATASETS, "facet": "false", "fq": "dataset_type:dataset"}
    try:
        results = tk.get_action("package_search")(public, asked)["results"]
    except (SearchError, tk.ValidationError):  # no search for now: the form goes on without
        return []
    return [
        {
            "name": one["name"],
            "title": one["title"] or one["name"],
            "title_translated": public_store.read_texts(one.get("title_translated")),
        }
        for one in results
    ]


def _score(text: str) -> list[tuple[int, str, str, int]]:
    """Return serial, number, shown title and votes of the most similar demands.

    By the title that is shown: a number that is masked is not to be guessed by what is similar to it.
    """
    known = caching.cached("cases:demand titles", _read_titles)
    scored = [(_compare(text[:LONGEST], title), serial, number, title, votes) for serial, number, title, votes in known]
    best = sorted((one for one in scored if one[0] >= SIMILAR), reverse=True)
    return [one[1:] for one in best[:MOST_DEMANDS]]


def _read_titles() -> list[list[Any]]:
    _, cases = public_store.list_demands({"limit": MOST_COMPARED, "offset": 0})
    kinds = registry.kinds()
    titles = [(case, anonymous.find_shown_name(case, kinds[case.kind])) for case in cases]
    return [[case.serial, case.number, title, case.votes] for case, title in titles if title]


def _compare(one: str, other: str) -> float:
    """Return the share of pairs of characters that two texts have in common (Dice's coefficient)."""
    pairs = [{text[place : place + 2] for place in range(len(text) - 1)} for text in (one.lower(), other.lower())]
    total = len(pairs[0]) + len(pairs[1])
    return 2 * len(pairs[0] & pairs[1]) / total if total else 0.0
