"""Datasets as ``package_show`` would give them, from what is in the session, without reading them again."""

from __future__ import annotations

from typing import Any

import ckan.lib.dictization as dictization
import ckan.lib.dictization.model_dictize as model_dictize
import ckan.lib.plugins as lib_plugins
import ckan.plugins as p
import sqlalchemy as sa
from ckan import logic, model

from ckanext.nxopendata.bulk_write import navl_schema, validation
from ckanext.nxopendata.bulk_write.requests import Json
from ckanext.nxopendata.core.batch_memo import batched_lookup, memoized


def implementations(interface: Any) -> list[Any]:
    """Return the plugins that implement an interface, asked once for all that is written together."""
    return memoized(interface, lambda: list(p.PluginImplementations(interface)))


def show_new_package(package: model.Package, context: Any) -> tuple[Json, Json]:
    """Return what ``package_show`` would give by the default schema and by the schema of the type."""
    context = _context_of(package, context)
    shown = _read_package(package, context)
    if _is_unchanged_by_default_schema(shown):
        default = dict(shown)
    else:
        default = validation.default_show_schema().validate(shown, context, collect_errors=False)[0]
    return default, _by_own_schema(package, shown, context)


def show_package(package: model.Package, context: Any) -> tuple[Json, Json]:
    """As :func:`show_new_package`, of a dataset that is stored and that ``rows.load_packages`` read."""
    if _is_in_others(package.id):
        return logic.package_show_default_and_custom_schemas(logic.fresh_context(context), package.id)
    return show_new_package(package, context)


def show_by_own_schema(package: model.Package, context: Any) -> Json:
    """Return what ``package_show`` would give of a dataset that ``rows.load_packages`` read."""
    if _is_in_others(package.id):
        own: Any = logic.fresh_context(context, ignore_auth=True, use_cache=False)
        return logic.get_action("package_show")(own, {"id": package.id})
    context = _context_of(package, context)
    return _by_own_schema(package, _read_package(package, context), context)


def _context_of(package: model.Package, context: Any) -> Any:
    context = logic.fresh_context(context, ignore_auth=True, use_cache=False, validate=False)
    context["package"] = package
    context[navl_schema.KNOWN_FREE] = True  # it is its own
    return context


def _read_package(package: model.Package, context: Any) -> Json:
    shown = _dictize_package(package, context)
    for plugin in implementations(p.IPackageController):
        plugin.read(package)
    for plugin in implementations(p.IResourceController):
        for resource in shown["resources"]:
            plugin.before_resource_show(resource)
    return shown


def _by_own_schema(package: model.Package, shown: Json, context: Any) -> Json:
    plugin = lib_plugins.lookup_package_plugin(package.type)
    custom, _ = validation.validate(plugin, context, shown, "package_show")
    logic.apply_after_dataset_show_plugins(context, custom)
    return custom


def _is_in_others(dataset_id: str) -> bool:
    """Whether a dataset belongs to a group or relates to another, which only CKAN's own way reads."""

    def look_up(ids: tuple[str, ...]) -> dict[str, bool]:
        member, relation = model.member_table.c, model.package_relationship_table.c
        grouped = sa.select(member.table_id).where(member.table_id.in_(ids), member.capacity != "organization")
        related = [
            sa.select(side).where(side.in_(ids)) for side in (relation.subject_package_id, relation.object_package_id)
        ]
        return dict.fromkeys(model.Session.scalars(sa.union(grouped, *related)), True)

    return bool(batched_lookup("in groups or related", dataset_id, look_up))


def _dictize_package(package: model.Package, context: Any) -> Json:
    """As :func:`ckan.lib.dictization.model_dictize.package_dictize`, of a package whose rows are in the session."""
    shown = dictization.table_dictize(package, context)
    shown["title"] = (shown["title"] or "").strip() or shown["title"]
    shown.pop("plugin_data", None)
    shown["resources"] = model_dictize.resource_list_dictize(package.resources_all, context)
    shown["num_resources"] = len(shown["resources"])
    tags = [
        {**_dictize_tag(entry.tag, context), "state": entry.state, "display_name": entry.tag.name}
        for entry in package.package_tags
        if entry.tag and entry.state == "active"
    ]
    shown["tags"] = sorted(tags, key=lambda tag: tag["name"])
    shown["num_tags"] = len(tags)
    shown["extras"] = [{"key": key, "value": value} for key, value in (shown["extras"] or {}).items()]
    shown["groups"] = []
    shown["organization"] = _dictize_organization(package.owner_org, context)
    shown["relationships_as_subject"] = []
    shown["relationships_as_object"] = []
    shown["isopen"] = package.isopen()
    shown["type"] = package.type or "dataset"
    licence = package.license
    if licence and licence.url:
        shown["license_url"] = licence.url
    shown["license_title"] = licence.title.split("::")[-1] if licence else package.license_id
    return shown


def _dictize_tag(tag: model.Tag, context: Any) -> Json:
    return memoized(("tag", tag.id), lambda: dictization.table_dictize(tag, context))


def _dictize_organization(organization_id: str | None, context: Any) -> Json | None:
    def read() -> Json | None:
        table = model.group_table
        query = sa.select(table).where(table.c["id"] == organization_id, table.c["state"] == "active")
        rows = dictization.obj_list_dictize(model.Session.execute(query), context)  # pyright: ignore
        for row in rows:
            del row["extras"]
        return rows[0] if rows else None

    organization = memoized(("organization", organization_id), read)
    return dict(organization) if organization else None


def _is_unchanged_by_default_schema(shown: Json) -> bool:
    """Whether CKAN's own schema for showing changes nothing of a dataset: its texts are there, and clean already."""
    return all(isinstance(shown[name], str) and shown[name] for name in ("name", "title", "type", "state")) and all(
        isinstance(resource[name], str) and resource[name] == resource[name].strip()
        for resource in shown["resources"]
        for name in ("url", "format", "hash")
    )
