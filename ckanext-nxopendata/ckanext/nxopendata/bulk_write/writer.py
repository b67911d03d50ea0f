"""Writing many datasets at once, with the same result as ``package_create`` and ``package_update``.

What those actions do one dataset at a time is done by the chunk: validation once with the same plugins and
schemas, the rows in one flush, the plugin hooks, the activities in one insert, and one batch of index documents
made by CKAN's own :class:`PackageSearchIndex` from what is in memory. ``tests/bulk_write/test_writer.py`` compares
datasets, documents and activities of both ways.

Not run: what other plugins chain to the two actions. Rules belong into validators and the hooks of
``IPackageController``, which this writer calls.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import ckan.lib.dictization as dictization
import ckan.lib.dictization.model_dictize as model_dictize
import ckan.lib.dictization.model_save as model_save
import ckan.lib.plugins as lib_plugins
import ckan.lib.search.index as search_index
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import logic, model
from ckan.lib import datapreview, signals, uploader
from ckan.lib.search.common import make_connection
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.bulk_write import validation
from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.catalogue.schema import checks, resource_codes, slugs
from ckanext.nxopendata.core import batch_memo
from ckanext.nxopendata.core.timezone import utc_now

Json = dict[str, Any]
Make = Callable[[Json | None], Json | None]

ACTIVITY = "ckanext.activity"
TAGS_LOCK = 0x6E787461
"""Key of the advisory lock under which new tags are made: CKAN's table lets two of one name in."""


@dataclass(frozen=True, slots=True)
class Order:
    """A dataset to write.

    :param make: gives the whole dataset to write, from what it is now (``package_show``) or from None when it
        is not there; None leaves it as it is
    :param dataset_id: the id it has or, where the user may choose ids, is to have; None: a new one
    """

    make: Make
    dataset_id: str | None = None


@dataclass(slots=True)
class Written:
    """What became of an order.

    :param state: ``written`` (also when the dataset says so already), ``refused`` by validation, or ``skipped``
        because there was nothing to write
    :param dataset_id: of the dataset, "" when none was made
    :param shown: the dataset as ``package_show`` gives it now; empty if not written
    :param before: the dataset as it was; None when there was none
    :param errors: CKAN's tree of messages, of a refused one
    :param changed: whether anything was written at all
    """

    state: Literal["written", "refused", "skipped"]
    dataset_id: str = ""
    shown: Json = field(default_factory=dict)
    before: Json | None = None
    errors: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = True


class BulkWriter:
    """Writes chunks of datasets on behalf of a user.

    :param user: whom activities name
    :param ignore_auth: False asks whether the user may create datasets in each department and update each dataset,
        and raises ``NotAuthorized``
    """

    def __init__(self, user: str, *, ignore_auth: bool = True) -> None:
        self._user_name = user
        self._ignore_auth = ignore_auth
        self._user: model.User | None = None
        self._batch: checks.Batch | None = None
        self._documents: dict[str, Json] = {}
        self._organizations: dict[str | None, Json | None] = {}

    @property
    def user_id(self) -> str:
        """The id of the user; "" when there is no such user."""
        user = self._user or model.User.by_name(self._user_name)
        return user.id if user else ""

    def write(self, orders: Sequence[Order], batch: checks.Batch | None = None) -> list[Written]:
        """Write into the session's transaction; the caller commits, then calls :meth:`index`.

        :param batch: what the rules know of the other datasets, where ``orders`` are a part of more
            (:func:`checks.prepare`); read for ``orders`` alone if None
        :returns: what became of each order, in their order
        :raises NotAuthorized: the user may not write one of them; roll back
        """
        with batch_memo.together(order.dataset_id for order in orders if order.dataset_id):
            return self._write(orders, batch)

    def _write(self, orders: Sequence[Order], batch: checks.Batch | None) -> list[Written]:
        self._documents = {}
        self._batch = batch
        self._user = model.User.by_name(self._user_name)
        ids = [order.dataset_id for order in orders if order.dataset_id]
        existing = set(model.Session.scalars(sa.select(model.Package.id).where(model.Package.id.in_(ids))))
        results: dict[int, Written] = {}
        new: dict[int, Json] = {}
        for number, order in enumerate(orders):
            if order.dataset_id in existing:
                continue
            data = order.make(None)
            if data is None:
                results[number] = Written("skipped")
            else:
                new[number] = {**data, "id": order.dataset_id} if order.dataset_id else dict(data)
        if new:
            results |= zip(new, self._create(list(new.values())), strict=True)
        old = [number for number, order in enumerate(orders) if order.dataset_id in existing]
        if old:
            results |= zip(old, self._update([orders[number] for number in old]), strict=True)
        return [results[number] for number in range(len(orders))]

    def index(self, dataset_ids: Sequence[str]) -> None:
        """Send one batch to Solr: from memory what was just written, from the database the rest."""
        self._user = self._user or model.User.by_name(self._user_name)
        documents, removed = list[Json](), list[str]()
        for dataset_id in dataset_ids:
            document = self._documents.pop(dataset_id, None)
            if document is None:
                package = model.Session.get(model.Package, dataset_id)
                if package is None or package.state == "deleted":
                    removed.append(dataset_id)
                    continue
                context = self._context(ignore_auth=True)
                document = index_document(logic.package_show_default_and_custom_schemas(context, dataset_id))
            documents.append(document)
        connection = make_connection()
        if documents:
            connection.add(docs=documents, commit=False)
        for dataset_id in removed:
            connection.delete(q=f'+id:"{dataset_id}" +site_id:"{tk.config["ckan.site_id"]}"', commit=False)
        if tk.config["ckan.search.solr_commit"]:
            connection.commit()

    def _context(self, **more: Any) -> Any:
        return {
            "user": self._user_name,
            "auth_user_obj": self._user,
            "ignore_auth": self._ignore_auth,
            "session": model.Session,
            "model": model,
            **more,
        }

    # Creating

    def _create(self, given: Sequence[Json]) -> list[Written]:
        plugin = lib_plugins.lookup_package_plugin("dataset")
        datasets = [_titled(data) for data in given]
        names = Names([dataset["title"] for dataset in datasets])
        with_codes(datasets)
        batch = self._batch or checks.prepare(datasets)
        free = self._nothing_taken(datasets)
        self._may_create(datasets)
        results: list[Written | None] = []
        valid: list[tuple[Json, Any]] = []
        for dataset in datasets:
            context = self._context(**{checks.BATCH: batch, validation.KNOWN_FREE: free})
            named = {**dataset, "name": dataset.get("name") or names.free(dataset["title"])}
            data, errors = validation.validate(plugin, context, named, "package_create")
            if errors:
                results.append(Written("refused", errors=errors))
                continue
            results.append(None)
            data.setdefault("id", make_uuid())
            names.take(data["name"])
            batch.add({**data, "nx_resource_code": _extra(data, "nx_resource_code")})
            valid.append((data, context))
        saved = iter(self._save_new(valid))
        return [result or next(saved) for result in results]

    def _may_create(self, datasets: Sequence[Json]) -> None:
        """Ask once for each department: the right to create is one of the department, not of the dataset."""
        if not self._ignore_auth:
            for owner in {dataset.get("owner_org") for dataset in datasets}:
                tk.check_access("package_create", self._context(), {"owner_org": owner, "type": "dataset"})

    def _nothing_taken(self, datasets: Sequence[Json]) -> bool:
        """Whether it is known without asking for each that no id and no name of these is in use."""
        if any(dataset.get("name") for dataset in datasets):
            return False
        given = [resource.get("id") for dataset in datasets for resource in dataset.get("resources") or ()]
        ids = [identifier for identifier in given if identifier]
        query = sa.select(model.Resource.id).where(model.Resource.id.in_(ids), model.Resource.state != "deleted")
        return len(set(ids)) == len(ids) and model.Session.scalar(query.limit(1)) is None

    def _save_new(self, valid: Sequence[tuple[Json, Any]]) -> list[Written]:
        tags = tags_by_name({tag["name"] for data, _ in valid for tag in data.get("tags") or ()})
        time = utc_now()
        packages = []
        with model.Session.no_autoflush:
            for data, _ in valid:
                data["creator_user_id"] = self._user.id if self._user else None
                packages.append(new_package(data, tags, time))
        model.Session.flush()
        _save_memberships(packages)
        results = []
        activities = []
        for (data, context), package in zip(valid, packages, strict=True):
            data["id"] = package.id
            for entry, resource in zip(data.get("resources") or (), package.resources_all, strict=True):
                entry["id"] = resource.id
            for item in _plugins(p.IPackageController):
                item.create(package)
                item.after_dataset_create(context, data)
            if _has_views(data):
                tk.get_action("package_create_default_resource_views")(
                    logic.fresh_context(context, ignore_auth=True, defer_commit=True), {"package": data}
                )
            default, custom = self._shown(package, context)
            self._documents[package.id] = index_document((default, custom), package)
            _tell("package_create", context, data, package.id)
            activities.append(self._activity("new package", package, custom))
            results.append(Written("written", package.id, custom))
        _save_activities(activities)
        return results

    def _shown(self, package: model.Package, context: Any) -> tuple[Json, Json]:
        """What ``package_show`` would give for the default and for our own schema, without reading it again."""
        context = logic.fresh_context(context, ignore_auth=True, use_cache=False, validate=False)
        context["package"] = package
        context[validation.KNOWN_FREE] = True  # it is its own
        shown = self._dictized(package, context)
        for item in _plugins(p.IPackageController):
            item.read(package)
        for item in _plugins(p.IResourceController):
            for resource in shown["resources"]:
                item.before_resource_show(resource)
        default = dict(shown) if _shows_itself(shown) else validation.shown().validate(shown, context, told=False)[0]
        plugin = lib_plugins.lookup_package_plugin(package.type)
        custom, _ = validation.validate(plugin, context, shown, "package_show")
        logic.apply_after_dataset_show_plugins(context, custom)
        return default, custom

    def _dictized(self, package: model.Package, context: Any) -> Json:
        """:func:`ckan.lib.dictization.model_dictize.package_dictize` of a package that is new in the session."""
        shown = dictization.table_dictize(package, context)
        shown["title"] = (shown["title"] or "").strip() or shown["title"]
        shown.pop("plugin_data", None)
        shown["resources"] = model_dictize.resource_list_dictize(package.resources_all, context)
        shown["num_resources"] = len(shown["resources"])
        tags = [
            {**_tag(entry.tag, context), "state": entry.state, "display_name": entry.tag.name}
            for entry in package.package_tags
            if entry.tag
        ]
        shown["tags"] = sorted(tags, key=lambda tag: tag["name"])
        shown["num_tags"] = len(tags)
        shown["extras"] = [{"key": key, "value": value} for key, value in (shown["extras"] or {}).items()]
        shown["groups"] = []
        shown["organization"] = self._organization(package.owner_org, context)
        shown["relationships_as_subject"] = []
        shown["relationships_as_object"] = []
        shown["isopen"] = package.isopen()
        shown["type"] = package.type or "dataset"
        licence = package.license
        if licence and licence.url:
            shown["license_url"] = licence.url
        shown["license_title"] = licence.title.split("::")[-1] if licence else package.license_id
        return shown

    def _organization(self, organization_id: str | None, context: Any) -> Json | None:
        if organization_id not in self._organizations:
            table = model.group_table
            query = sa.select(table).where(table.c["id"] == organization_id, table.c["state"] == "active")
            found = dictization.obj_list_dictize(model.Session.execute(query), context)  # pyright: ignore
            for entry in found:
                del entry["extras"]
            self._organizations[organization_id] = found[0] if found else None
        found = self._organizations[organization_id]
        return dict(found) if found else None

    def _activity(self, kind: str, package: model.Package, shown: Json) -> Json | None:
        if not p.plugin_loaded("activity") or self._user is None:
            return None
        return {
            "user_id": self._user.id,
            "object_id": package.id,
            "activity_type": kind,
            "data": {"package": shown, "actor": self._user.name},
            "permission_labels": lib_plugins.get_permission_labels().get_dataset_labels(package),
        }

    # Updating

    def _update(self, orders: Sequence[Order]) -> list[Written]:
        results, activities = list[Written](), list[Json | None]()
        for order in orders:
            result, activity = self._update_one(order)
            results.append(result)
            activities.append(activity)
        _save_activities(activities)
        return results

    def _update_one(self, order: Order) -> tuple[Written, Json | None]:
        """As ``package_update`` does, short of the commit."""
        package = model.Session.get_one(model.Package, order.dataset_id, with_for_update=True)
        if not self._ignore_auth:
            tk.check_access("package_update", self._context(), {"id": package.id})
        current = self._current(package.id)
        data = order.make(current)
        if data is None:
            return Written("skipped", package.id, before=current, changed=False), None
        errors, shown = self._save(package, current, dict(data))
        if errors:
            return Written("refused", package.id, before=current, errors=errors, changed=False), None
        activity = self._activity("changed package", package, shown) if shown else None
        return Written("written", package.id, shown or current, current, changed=shown is not None), activity

    def _current(self, dataset_id: str) -> Json:
        context = self._context(use_cache=False, ignore_auth=True)
        return tk.get_action("package_show")(context, {"id": dataset_id})

    def revert(self, dataset_id: str, before: Json | None) -> None:
        """Give a dataset its former content, or delete it when there was none; the caller commits."""
        self._documents.pop(dataset_id, None)
        self._user = model.User.by_name(self._user_name)
        package = model.Session.get(model.Package, dataset_id, with_for_update=True)
        if package is None:
            return
        if before is None:
            tk.get_action("package_delete")(self._context(defer_commit=True), {"id": dataset_id})
            return
        _, shown = self._save(package, self._current(dataset_id), dict(before))
        if shown:
            _save_activities([self._activity("changed package", package, shown)])

    def _save(self, package: model.Package, current: Json, data: Json) -> tuple[Mapping[str, Any], Json | None]:
        """Save a dataset that exists: what is wrong with it, or what it now shows; neither when nothing changed."""
        context = self._context(package=package)
        if self._batch is not None:
            context[checks.BATCH] = self._batch
        data |= {"id": package.id, "type": package.type}
        data.pop("metadata_modified", None)
        plugin = lib_plugins.lookup_package_plugin(package.type)
        unchanged = unchanged_resources(plugin, package, current, data)
        changed = [resource for i, resource in enumerate(data["resources"]) if i not in unchanged]
        for resource in changed:
            storage = uploader.get_resource_uploader(resource)
            if "mimetype" not in resource and hasattr(storage, "mimetype"):
                resource["mimetype"] = storage.mimetype  # pyright: ignore[reportAttributeAccessIssue]
        valid, errors = validation.validate(plugin, context, {**data, "resources": changed}, "package_update")
        if errors:
            return errors, None
        rest = iter(valid["resources"])
        valid["resources"] = [
            current["resources"][unchanged[i]] if i in unchanged else next(rest) for i in range(len(data["resources"]))
        ]
        saved, change = model_save.package_dict_save(valid, context, False, unchanged)
        if not change:
            return {}, None
        saved.metadata_modified = utc_now()
        tk.get_action("package_owner_org_update")(
            logic.fresh_context(context, ignore_auth=True, defer_commit=True),
            {"id": saved.id, "organization_id": saved.owner_org},
        )
        model.Session.flush()
        for item in _plugins(p.IPackageController):
            item.edit(saved)
            item.after_dataset_update(context, valid)
        both = logic.package_show_default_and_custom_schemas(logic.fresh_context(context, ignore_auth=True), saved.id)
        self._documents[saved.id] = index_document(both, saved)
        _tell("package_update", context, valid, saved.id)
        return {}, both[1]


def _shows_itself(shown: Json) -> bool:
    """Whether CKAN's own schema for showing changes nothing of a dataset: its texts are there, and clean already."""
    return all(isinstance(shown[name], str) and shown[name] for name in ("name", "title", "type", "state")) and all(
        isinstance(resource[name], str) and resource[name] == resource[name].strip()
        for resource in shown["resources"]
        for name in ("url", "format", "hash")
    )


def _plugins(interface: Any) -> list[Any]:
    return batch_memo.once(interface, lambda: list(p.PluginImplementations(interface)))


def _tag(tag: model.Tag, context: Any) -> Json:
    return batch_memo.once(("tag", tag.id), lambda: dictization.table_dictize(tag, context))


def _titled(data: Mapping[str, Any]) -> Json:
    """The dataset with CKAN's own ``title``, which the rules on other datasets read, and its type."""
    title = (data.get("title_translated") or {}).get("zh") or data.get("title") or ""
    return {"type": "dataset", **data, "title": title}


def _extra(data: Mapping[str, Any], key: str) -> Any:
    found = next((extra["value"] for extra in data.get("extras") or () if extra["key"] == key), None)
    return data.get(key) or found


class Names:
    """Readable addresses that are free in the database and among those taken since.

    :param titles: of the datasets that will need one
    """

    def __init__(self, titles: Sequence[str]) -> None:
        column = model.Package.name
        bases = Counter(self._base(title) for title in titles)
        self._taken = set(model.Session.scalars(sa.select(column).where(column.in_(bases))))
        for base in (base for base, times in bases.items() if times > 1 or base in self._taken):
            self._taken.update(model.Session.scalars(sa.select(column).where(column.like(f"{base}-%"))))

    @staticmethod
    def _base(title: str) -> str:
        base = slugs.slug(title)
        return base if len(base) > 1 else "dataset"

    def free(self, title: str) -> str:
        """An address for ``title`` that nobody has."""
        return slugs.unique(self._base(title), self._taken.__contains__)

    def take(self, name: str) -> None:
        """Count ``name`` as taken from now on."""
        self._taken.add(name)


def tags_by_name(names: set[str]) -> dict[str, model.Tag]:
    """The free tags of these names; those that are missing are made.

    New tags are committed at once, in a session of their own under a lock, so that two workers never make two
    tags of one name.
    """
    query = sa.select(model.Tag).where(model.Tag.name.in_(names), model.Tag.vocabulary_id.is_(None))
    found = {tag.name: tag for tag in model.Session.scalars(query)}
    missing = names - found.keys()
    if not missing:
        return found
    with model.meta.create_local_session() as session, session.begin():
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(TAGS_LOCK)))
        there = sa.select(model.Tag.name).where(model.Tag.name.in_(missing), model.Tag.vocabulary_id.is_(None))
        for name in sorted(missing - set(session.scalars(there))):
            session.add(model.Tag(name=name))
    return found | {tag.name: tag for tag in model.Session.scalars(query.where(model.Tag.name.in_(missing)))}


def new_package(data: Json, tags: Mapping[str, model.Tag], time: dt.datetime) -> model.Package:
    """The rows of a validated new dataset, added to the session; as ``package_dict_save`` without its queries."""
    values = {key: value for key, value in data.items() if key not in ("metadata_created", "plugin_data")}
    extras = {extra["key"]: extra["value"] for extra in data.get("extras") or ()}
    package = model.Package()
    package.from_dict({**values, "extras": extras})
    if not values.get("metadata_modified"):
        package.metadata_modified = time
    model.Session.add(package)
    package.resources_all[:] = [_new_resource(entry, package.id) for entry in data.get("resources") or ()]
    for tag in {tag["name"]: tag for tag in data.get("tags") or ()}.values():
        model.Session.add(model.PackageTag(package, tags[tag["name"]], "active"))
    return package


def _new_resource(entry: Json, package_id: str) -> model.Resource:
    if entry.get("url") and entry.get("url_type") == "upload":
        entry["url"] = entry["url"].rsplit("/")[-1]
    for name in ("extras", "revision_timestamp", "tracking_summary"):
        entry.pop(name, None)
    entry["package_id"] = package_id
    resource = model.Resource()
    changed, skipped = resource.from_dict(entry)
    if "url" in changed:
        resource.url_changed = True
    resource.metadata_modified = utc_now()
    resource.state = "active"
    resource.extras = skipped
    return resource


def unchanged_resources(plugin: Any, package: model.Package, current: Json, data: Json) -> dict[int, int]:
    """New position -> old position of the resources that ``package_update`` would not save again."""
    dependencies: list[str] = []
    if hasattr(plugin, "resource_validation_dependencies"):
        dependencies = plugin.resource_validation_dependencies(package.type)
    missing = object()
    if any(current.get(name, missing) != data.get(name, missing) for name in dependencies):
        return {}
    old = {resource["id"]: resource for resource in current["resources"]}
    return {
        i: resource["position"]
        for i, resource in enumerate(data["resources"])
        if resource == old.get(resource.get("id"), ())
    }


def with_codes(datasets: Sequence[Json]) -> None:
    """Give the datasets without a resource code theirs, in one query; those of unclear class are left."""
    wanted: list[tuple[Json, str]] = []
    for dataset in datasets:
        if not dataset.get("nx_resource_code"):
            with contextlib.suppress(ValueError):
                first = resource_codes.prefix(dataset.get("nx_class_code"), config.default_class())
                wanted.append((dataset, first))
    if wanted:
        parts = (
            sa.func.unnest(sa.literal([first for _, first in wanted], sa.ARRAY(sa.Text)))
            .table_valued("part")
            .render_derived()
        )
        query = sa.select(sa.func.nx_next_resource_code(parts.c.part))
        for (dataset, _), code in zip(wanted, model.Session.scalars(query).all(), strict=True):
            dataset["nx_resource_code"] = code


def _save_memberships(packages: Sequence[model.Package]) -> None:
    rows = [
        {
            "id": make_uuid(),
            "table_id": package.id,
            "table_name": "package",
            "capacity": "organization",
            "group_id": package.owner_org,
            "state": "active",
        }
        for package in packages
        if package.owner_org
    ]
    if rows:
        model.Session.execute(insert(model.Member), rows)


# Activities, views and signals


def _save_activities(activities: Sequence[Json | None]) -> None:
    rows = [{**activity, "id": make_uuid(), "timestamp": utc_now()} for activity in activities if activity]
    if rows:
        from ckanext.activity.model import Activity

        model.Session.execute(insert(Activity), rows)


def _has_views(dataset: Json) -> bool:
    """Whether a view is made by itself for any file of a new dataset; CKAN would ask the database to find out."""
    plugins = batch_memo.once("views", datapreview.get_default_view_plugins)
    return any(
        plugin.can_view({"resource": resource, "package": dataset})
        for resource in dataset.get("resources") or ()
        for plugin in plugins
    )


def _tell(action: str, context: Any, data: Json, dataset_id: str) -> None:
    """Send the signal of the action; the activity stream, which is written in bulk, is left out."""
    for receiver in list(signals.action_succeeded.receivers_for(action)):
        if not getattr(receiver, "__module__", "").startswith(ACTIVITY):
            receiver(action, context=context, data_dict=data, result=dataset_id)


# Index documents


class _Collector:
    """Takes the documents that :class:`PackageSearchIndex` would send."""

    def __init__(self) -> None:
        self.documents: list[Json] = []

    def add(self, docs: list[Json], **_: Any) -> None:
        self.documents += docs


_collecting = threading.local()


def _connection_or_collector() -> Any:
    return getattr(_collecting, "collector", None) or make_connection()


@contextlib.contextmanager
def _collector() -> Iterator[_Collector]:
    """In this thread, CKAN's index hands its documents over instead of sending each by itself."""
    search_index.make_connection = _connection_or_collector
    _collecting.collector = _Collector()
    try:
        yield _collecting.collector
    finally:
        _collecting.collector = None


def index_document(both: tuple[Json, Json], package: model.Package | None = None) -> Json:
    """The document that CKAN would send to Solr.

    :param both: the dataset by the default and by our own schema
    """
    default, custom = both
    with _collector() as collector:
        search_index.PackageSearchIndex().index_package({**default, "with_custom_schema": custom})
    return collector.documents[0]
