"""Lists of datasets from the database, in the form in which Solr gives them, while Solr does not answer.

CKAN lists the datasets of a department, of an officer and of the home page by a search without words. Those lists are
answered here, so that these pages stand when Solr falls; whoever looks for words is told that the search is down.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter, defaultdict
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib.plugins import get_permission_labels

from ckanext.nxopendata.core.search_fallback.filters import Filter, UnsupportedFilterError, parse
from ckanext.nxopendata.core.timezone import utc_now

log = logging.getLogger(__name__)

LABELS = "permission_labels"
COLUMNS = ("id", "name", "title", "owner_org", "state", "license_id", "metadata_created", "metadata_modified")
WORDS = frozenset({"title"})
"""Fields that Solr takes apart into words: what it finds there is not what equals the value."""

COUNTED = frozenset({"organization", "owner_org", "groups", "tags", "license_id", "res_format"})
"""Facets that are counted; of others there is nothing."""

OTHER_FIELDS = frozenset({"capacity", "dataset_type", "entity_type", "site_id", "num_resources", LABELS})
EXTRAS = {"nx_withdrawn"}
"""Fields of datasets, stored as extras, that filters of every search name."""

SORTS = {"metadata_modified": "metadata_modified", "metadata_created": "metadata_created", "name": "name"}
SORTS |= {"title_string": "title"}
NO_ORDER = frozenset({"score", "id", "index_id"})
"""What the order of a list without words may name besides."""

DATA = ("validated_data_dict", "data_dict")
PLAIN = frozenset({"id", "name", "groups", "index_id"})
ALL_DATASETS = ("", "*:*")


def search(q: str, parameters: dict[str, Any]) -> pysolr.Results:
    """Answer a search without words.

    Args:
        q: The words.
        parameters: Of Solr, as CKAN gives them.

    Raises:
        UnsupportedFilterError: Only Solr can answer it.
    """
    fields = str(parameters.get("fl", "")).replace(",", " ").split()
    if q.strip() not in ALL_DATASETS or not set(fields) <= PLAIN | {*DATA} or parameters.get("bq"):
        raise UnsupportedFilterError(q)
    conditions = _conditions(parameters.get("fq") or [])
    order = _order(str(parameters.get("sort") or ""))
    found = _documents([condition for condition in conditions if condition.field != LABELS])
    found = _visible(found, [condition for condition in conditions if condition.field == LABELS])
    for field, descending in reversed(order):
        found.sort(key=lambda document, field=field: document[field][:1], reverse=descending)
    start, rows = int(parameters.get("start") or 0), int(parameters.get("rows") or 0)
    answer = {
        "responseHeader": {"status": 0},
        "response": {
            "numFound": len(found),
            "docs": [_shown(document, fields) for document in found[start : start + rows]],
        },
        "facet_counts": {"facet_fields": _facets(found, parameters)},
    }
    return pysolr.Results(answer)


def _conditions(filters: str | list[str]) -> list[Filter]:
    known = frozenset({*COLUMNS, *COUNTED, *OTHER_FIELDS, *EXTRAS}) - WORDS
    texts = [filters] if isinstance(filters, str) else filters
    return [condition for text in texts for condition in parse(text, known, utc_now())]


def _order(sort: str) -> list[tuple[str, bool]]:
    """Return field and whether it descends, the first to sort by first."""
    order = []
    for part in filter(None, (piece.strip() for piece in sort.split(","))):
        field, _, direction = part.partition(" ")
        if field in SORTS:
            order.append((SORTS[field], direction.strip() == "desc"))
        elif field not in NO_ORDER:
            raise UnsupportedFilterError(sort)
    return order or [("metadata_modified", True)]


def _documents(conditions: list[Filter]) -> list[dict[str, list[str]]]:
    """Return the datasets that meet all conditions, with the fields that conditions and facets name."""
    package = model.Package
    rows = model.Session.execute(sa.select(package, model.Group.name).outerjoin(model.Group, _owns_package()))
    many = {"groups": _values(_groups()), "tags": _values(_tags()), "res_format": _values(_formats())}
    files = _count_files()
    documents = []
    for row, organization in rows:
        document = {name: [_text(getattr(row, name))] if getattr(row, name) else [] for name in COLUMNS}
        document |= {
            "organization": [organization] if organization else [],
            "capacity": ["private" if row.private else "public"],
            "dataset_type": [row.type],
            "entity_type": ["package"],
            "site_id": [tk.config["ckan.site_id"]],
        }
        document |= {name: values.get(row.id, []) for name, values in many.items()}
        document["num_resources"] = [str(files.get(row.id, 0))]
        document |= {name: [str(row.extras[name])] for name in EXTRAS if (row.extras or {}).get(name)}
        if all(condition.admits(document) for condition in conditions):
            documents.append(document)
    return documents


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def _owns_package() -> Any:
    return model.Group.id == model.Package.owner_org


def _values(query: Any) -> dict[str, list[str]]:
    """Read pairs of a dataset's id and a value."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for package_id, value in model.Session.execute(query):
        if value and value not in values[package_id]:
            values[package_id].append(value)
    return values


def _groups() -> Any:
    member, group = model.Member, model.Group
    is_group = (member.table_name == "package", member.state == "active", group.is_organization.is_(False))
    return sa.select(member.table_id, group.name).join(group, group.id == member.group_id).where(*is_group)


def _tags() -> Any:
    link, tag = model.PackageTag, model.Tag
    return sa.select(link.package_id, tag.name).join(tag, tag.id == link.tag_id).where(link.state == "active")


def _formats() -> Any:
    return sa.select(model.Resource.package_id, model.Resource.format).where(model.Resource.state == "active")


def _count_files() -> dict[str, int]:
    resource = model.Resource
    query = sa.select(resource.package_id, sa.func.count()).where(resource.state == "active")
    counted: list[Any] = list(model.Session.execute(query.group_by(resource.package_id)))
    return {row[0]: row[1] for row in counted}


def _visible(documents: list[dict[str, list[str]]], conditions: list[Filter]) -> list[dict[str, list[str]]]:
    """Leave those whose labels meet the conditions: CKAN's plugins say which labels a dataset has."""
    if not conditions:
        return documents
    labels, visible = get_permission_labels(), []
    for document in documents:
        dataset = model.Session.get(model.Package, document["id"][0])
        own = {LABELS: list(labels.get_dataset_labels(dataset))} if dataset else {}
        if all(condition.admits(own) for condition in conditions):
            visible.append(document)
    return visible


def _shown(document: dict[str, list[str]], fields: list[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": document["id"][0], "name": document["name"][0]}
    for field in set(fields) & {*DATA}:
        context = {"ignore_auth": True, "use_cache": False}
        query = {"id": shown["id"], "use_default_schema": field == "data_dict"}
        shown[field] = json.dumps(tk.get_action("package_show")(context, query))  # pyright: ignore[reportArgumentType]
    return shown


def _facets(documents: list[dict[str, list[str]]], parameters: dict[str, Any]) -> dict[str, list[Any]]:
    """Count the values of the fields asked for, as Solr does: value and number in turn."""
    asked = parameters.get("facet.field") or []
    asked = [asked] if isinstance(asked, str) else asked
    facets = {}
    for field in COUNTED & set(asked):
        counts = Counter(value for document in documents for value in document[field])
        limit = int(parameters.get("facet.limit") or -1)
        facets[field] = [part for pair in counts.most_common(limit if limit >= 0 else None) for part in pair]
    return facets
