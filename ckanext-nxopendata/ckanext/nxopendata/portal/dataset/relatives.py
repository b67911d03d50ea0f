"""What a dataset's page says beside the dataset: versions, relatives. Reads; writes nothing."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.search.common import SolrConnectionError
from ckan.plugins import plugin_loaded

from ckanext.nxopendata.core.caching import page_cache
from ckanext.nxopendata.review.pending import difference
from ckanext.nxopendata.search.query import results, solr
from ckanext.nxopendata.search.query import solr_query as query

KINDS = {"new package": "new", "changed package": "changed"}
BESIDE = ("license_id", "owner_org", "tags", "resources")
"""Fields compared beside those of the schema."""

RELATED_TERMS = 12


def list_versions(dataset_id: str, limit: int, offset: int = 0, version: str = "") -> tuple[int, list[dict[str, Any]]]:
    """The public versions of a dataset, newest first, and what changed in each against the one before.

    What was written while the dataset was not public is left out, and so is who wrote it.

    Args:
        version: id of the one to begin with; "" for the newest.

    Returns:
        how many there are, and ``{"id", "time", "kind", "changes"}`` each: ``kind`` is ``new`` or ``changed``,
        ``changes`` a list of ``{"path", "before", "after", "file"}``, field by field; ``file`` is the id of
        the file that changed, "" for what is of none.
    """
    if not plugin_loaded("activity"):
        return 0, []
    from ckanext.activity.model import Activity

    where = sa.and_(
        Activity.object_id == dataset_id,
        Activity.activity_type.in_(KINDS),
        sa.cast(Activity.permission_labels, sa.Text).contains("public"),
    )
    if version:
        first = sa.select(Activity.timestamp).where(Activity.id == version, where).scalar_subquery()
        where = sa.and_(where, Activity.timestamp <= first)
    # One more than is shown: the last one is compared with it.
    query = (
        sa.select(Activity.id, Activity.timestamp, Activity.activity_type, sa.func.count().over().label("number"))
        .where(where)
        .order_by(Activity.timestamp.desc())
        .limit(limit + 1)
        .offset(offset)
    )
    rows = list(model.Session.execute(query))
    # Without rows there are none so far back.
    total = rows[0].number if rows else model.Session.scalar(sa.select(sa.func.count()).where(where)) or 0
    packages = _packages([row.id for row in rows]) if len(rows) > 1 else {}
    fields = _fields()
    found = []
    for number, row in enumerate(rows[:limit]):
        before = rows[number + 1] if number + 1 < len(rows) else None
        changes = difference.find_changes(packages[before.id], packages[row.id], fields) if before else []
        found.append(
            {
                "id": row.id,
                "time": row.timestamp.isoformat(),
                "kind": KINDS[row.activity_type or ""] if before is not None else "new",
                "changes": [
                    {"path": list(change.path), "before": change.before, "after": change.after, "file": change.file}
                    for change in changes
                ],
            }
        )
    return total, found


def _packages(activity_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Activity -> the dataset as it was then; each is large, and of a dataset with one version none is needed."""
    from ckanext.activity.model import Activity

    query = sa.select(Activity.id, Activity.data).where(Activity.id.in_(activity_ids))
    return {activity_id: (data or {}).get("package") or {} for activity_id, data in model.Session.execute(query)}


def list_tables(dataset_id: str) -> dict[str, dict[str, Any]]:
    """File -> ``rows`` and ``encoding`` of a dataset's files that are loaded as tables."""
    if not plugin_loaded("nxopendata_tables"):
        return {}
    found = tk.get_action("nx_table_list")({"ignore_auth": True}, {"dataset": dataset_id})
    return {table["id"]: {"rows": table["rows"], "encoding": table["encoding"]} for table in found}


def list_related(dataset: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    """Public datasets that share the codes it names, tags, themes or data items; the nearest first."""
    terms = [
        *((f'nx_resource_code:"{_term(code)}"^10') for code in dataset.get("nx_related_codes") or ()),
        *((f'tags:"{_term(tag["name"])}"^4') for tag in dataset.get("tags") or ()),
        *((f'nx_theme:"{_term(theme)}"^2') for theme in dataset.get("nx_theme") or ()),
        *(
            (f'extras_nx_items:"{_term(item["name"])}"^0.5')
            for item in dataset.get("nx_items") or ()
            if item.get("name")
        ),
    ][: 3 * RELATED_TERMS]
    if not terms:
        return []
    try:
        found = _search(terms, limit)
    except SolrConnectionError:
        page_cache.do_not_store()
        return []
    others = [document for document in found["documents"] if document["id"] != dataset["id"]]
    return [results.build_card(document, {}, "") for document in others[:limit]]


def _search(terms: list[str], limit: int) -> dict[str, Any]:
    return solr.search(
        q=" OR ".join(terms),
        fq=solr.visibility_filters(None),
        fl=",".join(query.SHOWN),
        rows=limit + 1,  # it is its own nearest relative; a filter against it would be kept for every dataset
        sort=query.BY_RELEVANCE,
        df="text",
    )


def _fields() -> list[str]:
    schema = tk.get_action("scheming_dataset_schema_show")({"ignore_auth": True}, {"type": "dataset"})
    names = [field["field_name"] for field in schema["dataset_fields"]]
    return list(dict.fromkeys([*(name for name in names if name not in ("name", "tag_string")), *BESIDE]))


def _term(text: str) -> str:
    """A value between quotation marks of Solr's query language."""
    return str(text).replace("\\", "\\\\").replace('"', '\\"')
