"""Names in the reader's language, put into what CKAN's actions give out.

CKAN's plain fields hold the default language, so nothing is done for readers of it. ``title`` of an
organisation is changed only where a page is shown: what is read in order to be written back stays as stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from flask import has_request_context, request

from ckanext.nxopendata.core import departments, localised


def reads_other_language(language: str) -> bool:
    """Whether a reader of ``language`` (a locale) reads another language than the plain fields are in."""
    return language.split("_")[0] != localised.DEFAULT


def localise_organization(shown: dict[str, Any], language: str) -> dict[str, Any]:
    """An organisation or group as CKAN dictizes it: ``display_name``, on pages also ``title`` and description."""
    if not reads_other_language(language):
        return shown
    extras = {extra.get("key"): extra.get("value") for extra in shown.get("extras") or ()}
    extras |= {key: shown[key] for key in ("title_translated", "description_translated") if shown.get(key)}
    title = departments.text(shown.get("title") or shown.get("name") or "", extras, language)
    shown["display_name"] = title
    if _is_page():
        shown["title"] = title
        texts = _texts(extras.get("description_translated"))
        shown["description"] = localised.choose(texts, language)[0] or shown.get("description")
    return shown


def localise_datasets(shown: Iterable[dict[str, Any]], language: str) -> None:
    """Datasets as ``package_show`` or ``package_search`` give them: their organisation, groups and tags; in feeds
    also the title and the summary."""
    if not reads_other_language(language):
        return
    # A search for some fields (fl) gives them as the index has them: an organisation as its name.
    shown = [dataset for dataset in shown if isinstance(dataset.get("organization") or {}, dict)]
    owners = [dataset["organization"] for dataset in shown if dataset.get("organization")]
    groups = [group for dataset in shown for group in dataset.get("groups") or () if isinstance(group, dict)]
    titles = _titles({group["name"] for group in [*owners, *groups] if group.get("name")})
    for group in [*owners, *groups]:
        if texts := titles.get(group.get("name", "")):
            group["title_translated"] = texts
            group["title"] = group["display_name"] = localised.choose(texts, language)[0]
    for dataset in shown:
        _tags(dataset, language)
        if has_request_context() and request.blueprint == "feeds":
            for field in ("title", "notes"):
                text = localised.choose(_texts(dataset.get(f"{field}_translated")), language)[0]
                dataset[field] = text or dataset.get(field)


def localise_names(groups: list[dict[str, Any]], language: str) -> None:
    """The ``display_name`` of organisations or groups in a list."""
    if not reads_other_language(language):
        return
    titles = _titles({group["name"] for group in groups})
    for group in groups:
        if texts := titles.get(group["name"]):
            group["display_name"] = localised.choose(texts, language)[0]


def localise_facets(found: dict[str, Any], language: str) -> None:
    """The ``organization``, ``groups`` and ``tags`` facets of a search."""
    if not reads_other_language(language):
        return
    tags = found.get("search_facets", {}).get("tags", {}).get("items", ())
    words = _tag_names({item["name"] for item in tags}, language)
    for item in tags:
        item["display_name"] = words.get(item["name"]) or item["display_name"]
    items = [
        item
        for name in ("organization", "groups")
        for item in found.get("search_facets", {}).get(name, {}).get("items", ())
    ]
    titles = _titles({item["name"] for item in items})
    for item in items:
        if texts := titles.get(item["name"]):
            item["display_name"] = localised.choose(texts, language)[0]


def _tags(dataset: dict[str, Any], language: str) -> None:
    """Tags are paired by their place: the third English one is the third Chinese one."""
    texts = dataset.get("tags_translated")
    if not isinstance(texts, dict):
        return
    own, foreign_ones = texts.get(localised.DEFAULT) or [], texts.get(language.split("_")[0]) or []
    names = dict(zip(own, foreign_ones, strict=False))
    for tag in dataset.get("tags") or ():
        tag["display_name"] = names.get(tag["name"]) or tag.get("display_name") or tag["name"]


def _tag_names(names: set[str], language: str) -> dict[str, str]:
    """Chinese tag -> its name in ``language``, as the dataset that was changed last translates it."""
    if not names:
        return {}
    package, link, tag = model.Package, model.PackageTag, model.Tag
    stored: Any = package.extras["tags_translated"].astext
    # One dataset a tag, by the index on its links: a common tag has thousands.
    latest = (
        sa.select(stored.label("texts"))
        .join(link, link.package_id == package.id)
        .where(link.tag_id == tag.id, link.state == "active", package.state == "active", ~package.private)
        .where(stored.is_not(None))
        .order_by(package.metadata_modified.desc())
        .limit(1)
        .lateral()
    )
    query = sa.select(tag.name, latest.c.texts).join(latest, sa.true()).where(tag.name.in_(names))
    with model.Session.no_autoflush:
        rows = model.Session.execute(query).all()
    found: dict[str, str] = {}
    for name, texts in rows:
        try:
            lists = localised.parse_lists(texts)
        except localised.LocalisedValueError:
            continue
        pairs = zip(lists.get(localised.DEFAULT, []), lists.get(language.split("_")[0], []), strict=False)
        found |= {own: word for own, word in pairs if own == name}
    return found


def _titles(names: set[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    group: Any = model.Group
    query = sa.select(group.name, group.title, group.extras["title_translated"].astext).where(group.name.in_(names))
    with model.Session.no_autoflush:
        rows = model.Session.execute(query).all()
    return {name: _texts(stored) or {localised.DEFAULT: title or name} for name, title, stored in rows}


def _texts(stored: Any) -> dict[str, str]:
    try:
        return localised.parse(stored)
    except localised.LocalisedValueError:
        return {}


def _is_page() -> bool:
    """Whether a page is being shown, rather than something read to be changed, or the API asked."""
    if not has_request_context() or request.method != "GET":
        return False
    return request.blueprint != "api" and not (request.endpoint or "").endswith(".edit")
