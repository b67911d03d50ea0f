"""The index of values: made by the workers when a table is loaded, taken back when it is not public."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ckan import model

from ckanext.nxopendata.core.file_access.decision import decide_all
from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.tables import grouping, query, table_lookup
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.answers import labels, models, terms
from ckanext.nxopendata.tables.answers.labels import Label
from ckanext.nxopendata.tables.exports import formats
from ckanext.nxopendata.tables.query import QueryTimeoutError, Question
from ckanext.nxopendata.tables.reader.columns import tokens

log = logging.getLogger(__name__)

VERSION = "1"
INDEXED = ("place", "indicator", "category", "key", "text")
MOST_VALUES = 2000
"""Different values of a column that are indexed; a column with more is left out, for it names rows, not subjects."""

MOST_COLUMNS = 40
LONGEST_VALUE = 100


def is_public(resource_id: str) -> bool:
    """Whether everybody may read the rows of a table now."""
    return bool(select_public([resource_id]))


def select_public(resource_ids: Iterable[str]) -> set[str]:
    """Return those of some tables whose rows everybody may read now."""
    return {resource_id for resource_id, access in decide_all(resource_ids, "", rows=True).items() if access.allowed}


def refresh(resource_id: str) -> bool:
    """Bring the index in line with a table, and return whether the table is in it."""
    state = states.get_state(resource_id)
    profile = states.get_profile(state)
    if state is None or profile is None or not is_public(resource_id):
        models.delete_values(resource_id)
        return False
    package = model.Package.get(state.dataset_id)
    title = str(package.title or "") if package else ""
    mark = f"{VERSION} {terms.version()} {profile.sha256} {profile.version} {title}"
    if models.read_fingerprint(resource_id) == mark:
        return True
    try:
        values = list(_list_values(resource_id, profile.columns, title))
    except QueryTimeoutError:
        log.warning("values of table %s took too long and are not indexed", resource_id)
        values = []
    models.replace_values(resource_id, mark, values)
    log.info("values of table %s indexed: %s", resource_id, len(values))
    return True


def _list_values(resource_id: str, columns: list[dict[str, Any]], title: str) -> Iterator[dict[str, Any]]:
    source = table_lookup.make_source(resource_id, table_lookup.list_columns(resource_id))
    of_title = _place_of_title(title)
    in_place = any(column["role"] == "place" for column in columns)
    for id_, label in labels.read_labels(columns, title).items():
        if label.key:
            name = next(str(column["label"]) for column in columns if column["id"] == id_)
            yield _make_value(id_, "measure", name, label, label.place or ("" if in_place else of_title))
    for column in columns[:MOST_COLUMNS]:
        wanted = (
            column["role"] in INDEXED
            and query.family(column["type"]) == "text"
            and not roles.UNIT.search(column["label"])
        )
        if not wanted or not 0 < column["distinct"] <= MOST_VALUES:
            continue
        groups = grouping.read_groups(source, Question(), column["id"], "", "count", limit=MOST_VALUES, by_value=True)
        for value, rows in groups:
            text = formats.to_text(value)
            if text and len(text) <= LONGEST_VALUE:
                yield _index_cell(column, text, int(rows), "" if in_place else of_title)


def _index_cell(column: Mapping[str, Any], text: str, rows: int, of_title: str) -> dict[str, Any]:
    if column["role"] == "indicator":
        label = labels.read_label(text)
        return _make_value(column["id"], "indicator", text, label, label.place or of_title, rows)
    place = gazetteer.find_code(text) if column["role"] in ("place", "text", "category", "key") else ""
    return _make_value(column["id"], column["role"], text, Label(""), place, rows)


def _make_value(id_: str, role: str, value: str, label: Label, place: str, rows: int = 0) -> dict[str, Any]:
    return {
        "column_id": id_,
        "role": role,
        "value": value,
        "key": label.key,
        "place": place,
        "pairs": list(tokens(value)),
        "rows": rows,
    }


def _place_of_title(title: str) -> str:
    """The one place that a title names: its numbers are of it where no column says of what place they are."""
    codes = list(dict.fromkeys(mention.code for mention in gazetteer.find_mentions(title)))
    return codes[0] if len(codes) == 1 else ""
