"""Actions of the portal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.portal import schema
from ckanext.nxopendata.portal.announcements import announcement_store
from ckanext.nxopendata.portal.models import Announcement
from ckanext.nxopendata.portal.pages import news
from ckanext.nxopendata.portal.usage import usage_store

RECENT = timedelta(days=7)
LOOKED_AT = 100
"""Datasets changed last that are looked at for news."""

MOST_NEWS = 8
HOT_WORDS = 8
HOT_LEAST = 3
"""Words searched for less often are nobody's business."""


PUBLIC = '+capacity:"public" +dataset_type:dataset'
FACETS = (
    "nx_theme",
    "organization",
    "nx_region",
    "res_format",
    "tags",
    "license_id",
    "nx_update_cycle",
    "nx_is_open",
)


@tk.side_effect_free
def nx_portal_figures(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What the public can find on this site, in figures.

    Takes no arguments. Costs two searches and three database queries, however much there is, and is made once a
    minute or when a dataset changed.

    :returns: ``datasets``, ``departments`` (with at least one public dataset), ``files``, ``changed`` and ``new``
        (datasets changed, and created, in the last seven days) as numbers; ``newest``, the six datasets changed last;
        ``news``, what changed last by department and theme (``department``, ``theme``, ``day``, ``number``,
        ``created`` and the first of its ``datasets``);
        ``changed_by``, the departments that changed datasets in these days; ``use``, how often ``view``, ``download``,
        ``api``, ``bulk`` and ``search`` happened; ``facets``, field -> ``[{"name", "count"}]`` for ``nx_theme``,
        ``organization``, ``nx_region``, ``res_format``, ``tags``, ``license_id``, ``nx_update_cycle`` and
        ``nx_is_open``, most frequent first.
    """
    tk.check_access("nx_portal_figures", context, data_dict)
    usage_store.flush_if_due()
    return caching.cached(f"portal:figures:{reader_language()}", _figures)


@tk.side_effect_free
def nx_portal_hot_words(context: Context, data_dict: DataDict) -> list[str]:
    """The words searched for most in the last 30 days, or, where the office set words, those.

    Only words that stand in the title or a tag of a public dataset. Before people searched, the tags used most.
    """
    tk.check_access("nx_portal_hot_words", context, data_dict)
    chosen = tk.config["ckanext.nxopendata.portal.hot_words"]
    return chosen or caching.cached("portal:hot words", _hot_words, seconds=600)


@tk.side_effect_free
def nx_portal_most_used(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The public datasets read and downloaded most in the last 30 days, as ``package_search`` gives them.

    :param limit: how many (optional, default 6, at most 50)
    :type limit: int

    :returns: datasets, each with ``views`` and ``downloads`` of the last 30 days
    """
    tk.check_access("nx_portal_most_used", context, data_dict)
    try:
        limit = min(max(int(data_dict.get("limit") or 6), 1), 50)
    except ValueError:
        raise tk.ValidationError({"limit": [tk._("Must be a whole number")]}) from None
    usage_store.flush_if_due()
    return caching.cached(f"portal:most used:{limit}:{reader_language()}", lambda: _most_used(limit))


# Notices to the public


@tk.side_effect_free
@validate(schema.page)
def nx_announcement_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The notices to the public, newest first; those to come only for who may write them.

    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``: ``id``, ``title`` and ``text`` by language, ``day``, ``until``
    """
    tk.check_access("nx_announcement_list", context, data_dict)
    future = _may("nx_announcement_update", context)
    count, rows = announcement_store.list_page(data_dict["limit"], data_dict["offset"], future=future)
    return {"count": count, "results": [announcement_store.to_api(row) for row in rows]}


@tk.side_effect_free
@validate(schema.one_id)
def nx_announcement_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One notice.

    :param id: its id
    """
    row = _announcement(data_dict["id"])
    tk.check_access("nx_announcement_show", context, data_dict)
    if row.day > usage_store.today() and not _may("nx_announcement_update", context):
        raise tk.ObjectNotFound(tk._("There is no such notice"))
    return announcement_store.to_api(row)


@validate(schema.announcement)
def nx_announcement_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write a notice.

    :param title_zh: title in Chinese
    :param title_en: title in English (optional)
    :param text_zh: text in Chinese, Markdown
    :param text_en: text in English (optional)
    :param day: from which day it is public, YYYY-MM-DD (optional, default today)
    :param until: the last day on the home page (optional)
    """
    tk.check_access("nx_announcement_create", context, data_dict)
    user = model.User.get(context.get("user") or "")
    row = announcement_store.write(Announcement(), data_dict, user.id if user else "")
    model.Session.commit()
    caching.invalidate()
    return announcement_store.to_api(row)


@validate(schema.announcement)
def nx_announcement_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write a notice anew; as :func:`nx_announcement_create`.

    :param id: its id
    """
    row = _announcement(data_dict.get("id") or "")
    tk.check_access("nx_announcement_update", context, data_dict)
    row = announcement_store.write(row, data_dict, row.author_id)
    model.Session.commit()
    caching.invalidate()
    return announcement_store.to_api(row)


@validate(schema.one_id)
def nx_announcement_delete(context: Context, data_dict: DataDict) -> None:
    """Delete a notice.

    :param id: its id
    """
    row = _announcement(data_dict["id"])
    tk.check_access("nx_announcement_delete", context, data_dict)
    model.Session.delete(row)
    model.Session.commit()
    caching.invalidate()


def _announcement(announcement_id: str) -> Announcement:
    row = model.Session.get(Announcement, announcement_id)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such notice"))
    return row


def _may(action: str, context: Context) -> bool:
    try:
        asked: Context = {"user": context.get("user") or "", "ignore_auth": bool(context.get("ignore_auth"))}
        return tk.check_access(action, asked, {})
    except tk.NotAuthorized:
        return False


# Making


def _figures() -> dict[str, Any]:
    search = tk.get_action("package_search")
    found = search(
        {"user": "", "for_view": True},
        {
            "fq": PUBLIC,
            "rows": LOOKED_AT,
            "sort": "metadata_modified desc",
            "facet.field": list(FACETS),
            "facet.limit": 500,
        },
    )
    recently = f"[NOW-{RECENT.days}DAYS TO *]"
    changed = search(
        {"user": ""},
        {"fq": f"{PUBLIC} +metadata_modified:{recently}", "rows": 0, "facet.field": ["organization"]},
    )
    files, new = _count_public(RECENT)
    facets = {name: _counted(facet) for name, facet in found["search_facets"].items()}
    return {
        "datasets": found["count"],
        "departments": len(facets.get("organization", ())),
        "files": files,
        "changed": changed["count"],
        "new": new,
        "changed_by": _counted(changed["search_facets"].get("organization", {"items": []})),
        "newest": found["results"][:6],
        "news": [asdict(one) for one in news.group_news(found["results"], MOST_NEWS)],
        "use": usage_store.count_totals(),
        "facets": facets,
    }


def _counted(facet: dict[str, Any]) -> list[dict[str, Any]]:
    items = ({"name": item["name"], "count": item["count"]} for item in facet["items"])
    return sorted(items, key=lambda item: (-item["count"], item["name"]))


def _most_used(limit: int) -> list[dict[str, Any]]:
    used = usage_store.list_most_used(limit)
    if not used:
        return []
    ids = " OR ".join(one["id"] for one in used)
    query = {"fq": f"{PUBLIC} +id:({ids})", "rows": limit}
    found = {one["id"]: one for one in tk.get_action("package_search")({"user": ""}, query)["results"]}
    return [
        found[one["id"]] | {"views": one["views"], "downloads": one["downloads"]} for one in used if one["id"] in found
    ]


def _hot_words() -> list[str]:
    words = usage_store.list_hot_words(HOT_WORDS, least=HOT_LEAST)
    if len(words) < HOT_WORDS:
        query = {"fq": PUBLIC, "rows": 0, "facet.field": ["tags"], "facet.limit": 2 * HOT_WORDS}
        found = tk.get_action("package_search")({"user": ""}, query)
        tags = _counted(found["search_facets"].get("tags", {"items": []}))
        # A tag that stands on most datasets leads nowhere in particular.
        telling = [item["name"] for item in tags if 2 * item["count"] <= found["count"]] or [
            tag["name"] for tag in tags
        ]
        words = list(dict.fromkeys([*words, *telling]))
    return words[:HOT_WORDS]


def _count_public(span: timedelta) -> tuple[int, int]:
    """How many files public datasets have, and how many public datasets were made within a span, in one statement."""
    public = (
        model.Package.state == "active",
        model.Package.private.is_(False),
        model.Package.type == "dataset",
    )
    files = (
        sa.select(sa.func.count())
        .select_from(model.Resource)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(model.Resource.state == "active", *public)
    )
    since = sa.func.timezone("UTC", sa.func.now()) - span
    new = sa.select(sa.func.count()).select_from(model.Package).where(model.Package.metadata_created > since, *public)
    row = model.Session.execute(sa.select(files.scalar_subquery(), new.scalar_subquery())).one()
    return row[0], row[1]
