"""Writing many datasets at once, with the same result as ``package_create`` and ``package_update``.

What those actions do one dataset at a time is done by the chunk: validation once with the same plugins and
schemas, the rows in one flush, the plugin hooks, the activities in one insert, and one batch of index documents
made by CKAN's own :class:`PackageSearchIndex` from what is in memory. ``tests/bulk_write/test_writer.py`` compares
datasets, documents and activities of both ways.

Not run: what other plugins chain to the two actions. Rules belong into validators and the hooks of
``IPackageController``, which this writer calls; :class:`.interfaces.IBulkWriter` says what it asks beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.lib.dictization.model_save as model_save
import ckan.lib.plugins as lib_plugins
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import logic, model
from ckan.lib import datapreview, uploader
from ckan.lib.munge import munge_title_to_name
from ckan.model.types import make_uuid

from ckanext.nxopendata.bulk_write import activities, index_batch, navl_schema, rows, serialisation, validation
from ckanext.nxopendata.bulk_write.interfaces import IBulkWriter
from ckanext.nxopendata.bulk_write.requests import Json, WriteRequest, WriteResult
from ckanext.nxopendata.bulk_write.serialisation import implementations
from ckanext.nxopendata.bulk_write.slug_allocation import SlugAllocator
from ckanext.nxopendata.core.batch_memo import memo_scope, memoized
from ckanext.nxopendata.core.timezone import utc_now


class BulkWriter:
    """Writes chunks of datasets on behalf of a user.

    Args:
        user: whom activities name.
        ignore_auth: False asks whether the user may create datasets in each organization and update each dataset,
            and raises ``NotAuthorized``.
        context: what validators and hooks are to find in their context.
    """

    def __init__(self, user: str, *, ignore_auth: bool = True, context: Mapping[str, Any] | None = None) -> None:
        self._user_name = user
        self._ignore_auth = ignore_auth
        self._more = dict(context or {})
        self._user: model.User | None = None
        self._collector = index_batch.DocumentCollector()
        self._documents: dict[str, Json] = {}

    def write(self, requests: Sequence[WriteRequest]) -> list[WriteResult]:
        """Write into the session's transaction; the caller commits, then calls :meth:`index`.

        Returns:
            What became of each request, in their order.

        Raises:
            NotAuthorized: the user may not write one of them; roll back.
        """
        with memo_scope(request.dataset_id for request in requests if request.dataset_id):
            return self._write(requests)

    def _write(self, requests: Sequence[WriteRequest]) -> list[WriteResult]:
        self._documents = {}
        self._user = model.User.by_name(self._user_name)
        ids = [request.dataset_id for request in requests if request.dataset_id]
        existing = set(model.Session.scalars(sa.select(model.Package.id).where(model.Package.id.in_(ids))))
        results: dict[int, WriteResult] = {}
        new: dict[int, Json] = {}
        for number, request in enumerate(requests):
            if request.dataset_id in existing:
                continue
            data = request.build(None)
            if data is None:
                results[number] = WriteResult("skipped")
            else:
                new[number] = {**data, "id": request.dataset_id} if request.dataset_id else dict(data)
        if new:
            results |= zip(new, self._create(list(new.values())), strict=True)
        old = [number for number, request in enumerate(requests) if request.dataset_id in existing]
        if old:
            results |= zip(old, self._update([requests[number] for number in old]), strict=True)
        return [results[number] for number in range(len(requests))]

    def index(self, dataset_ids: Sequence[str], *, commit: bool = True) -> None:
        """Send one batch to Solr: from memory what was just written, from the database the rest.

        Args:
            commit: False leaves it to the caller, or to Solr's own time, to show readers the batch; it is not shown
                either where ``ckan.search.solr_commit`` is off.
        """
        self._user = self._user or model.User.by_name(self._user_name)
        documents, removed = list[Json](), list[str]()
        unread = [dataset_id for dataset_id in dataset_ids if dataset_id not in self._documents]
        with memo_scope(unread):
            stored = rows.load_packages(unread)
            for dataset_id in dataset_ids:
                document = self._documents.pop(dataset_id, None) or self._build_document(stored.get(dataset_id))
                if document is None:
                    removed.append(dataset_id)
                else:
                    documents.append(document)
        index_batch.send_batch(documents, removed, commit=commit and tk.config["ckan.search.solr_commit"])

    def _build_document(self, package: model.Package | None) -> Json | None:
        if package is None or package.state == "deleted":
            return None
        return self._collector.build_document(*serialisation.show_package(package, self._context()))

    def _keep_document(self, dataset_id: str, default: Json, custom: Json) -> None:
        document = self._collector.build_document(default, custom)
        if document is not None:
            self._documents[dataset_id] = document

    def _context(self, **more: Any) -> Any:
        return {
            **self._more,
            "bulk_write": True,
            "user": self._user_name,
            "auth_user_obj": self._user,
            "ignore_auth": self._ignore_auth,
            "session": model.Session,
            "model": model,
            **more,
        }

    # Creating

    def _create(self, given: Sequence[Json]) -> list[WriteResult]:
        plugin = lib_plugins.lookup_package_plugin("dataset")
        datasets: list[Json] = [{"type": "dataset", **data} for data in given]
        shared = self._context()
        for item in implementations(IBulkWriter):
            item.before_bulk_create(shared, datasets)
        slugs = [_slug_of_title(dataset.get("title") or "") for dataset in datasets]
        allocator = SlugAllocator(slugs)
        named = any(dataset.get("name") for dataset in datasets)
        shared[navl_schema.KNOWN_FREE] = not named and rows.has_free_resource_ids(datasets)
        self._check_may_create(datasets)
        results: list[WriteResult | None] = []
        valid: list[tuple[Json, Any]] = []
        for dataset, slug in zip(datasets, slugs, strict=True):
            context: Any = dict(shared)
            dataset["name"] = dataset.get("name") or allocator.find_free(slug)
            data, errors = validation.validate(plugin, context, dataset, "package_create")
            if errors:
                results.append(WriteResult("refused", errors=errors))
                continue
            results.append(None)
            data.setdefault("id", make_uuid())
            allocator.take(data["name"])
            for item in implementations(IBulkWriter):
                item.after_bulk_validation(context, data)
            valid.append((data, context))
        saved = iter(self._save_new(valid))
        return [result or next(saved) for result in results]

    def _check_may_create(self, datasets: Sequence[Json]) -> None:
        """Ask once for each organization: the right to create is one of it, not of the dataset."""
        if not self._ignore_auth:
            for owner in {dataset.get("owner_org") for dataset in datasets}:
                tk.check_access("package_create", self._context(), {"owner_org": owner, "type": "dataset"})

    def _save_new(self, valid: Sequence[tuple[Json, Any]]) -> list[WriteResult]:
        tags = rows.load_or_create_tags({tag["name"] for data, _ in valid for tag in data.get("tags") or ()})
        time = utc_now()
        packages = []
        with model.Session.no_autoflush:
            for data, _ in valid:
                data["creator_user_id"] = self._user.id if self._user else None
                packages.append(rows.add_package(data, tags, time))
        model.Session.flush()
        rows.save_memberships(packages)
        results = list[WriteResult]()
        entries = list[Json | None]()
        for (data, context), package in zip(valid, packages, strict=True):
            data["id"] = package.id
            for entry, resource in zip(data.get("resources") or (), package.resources_all, strict=True):
                entry["id"] = resource.id
            for item in implementations(p.IPackageController):
                item.create(package)
                item.after_dataset_create(context, data)
            if _has_default_views(data):
                tk.get_action("package_create_default_resource_views")(
                    logic.fresh_context(context, ignore_auth=True, defer_commit=True), {"package": data}
                )
            default, custom = serialisation.show_new_package(package, context)
            self._keep_document(package.id, default, custom)
            activities.send_signal("package_create", context, data, package.id)
            entries.append(activities.build_activity("new package", package, custom, self._user))
            results.append(WriteResult("written", package.id, custom))
        activities.save_activities(entries)
        return results

    # Updating

    def _update(self, requests: Sequence[WriteRequest]) -> list[WriteResult]:
        results, entries = list[WriteResult](), list[Json | None]()
        packages = rows.load_packages([request.dataset_id or "" for request in requests], lock=True)
        for request in requests:
            result, activity = self._update_one(request, packages[request.dataset_id or ""])
            results.append(result)
            entries.append(activity)
        activities.save_activities(entries)
        return results

    def _update_one(self, request: WriteRequest, package: model.Package) -> tuple[WriteResult, Json | None]:
        """As ``package_update`` does, short of the commit."""
        if not self._ignore_auth:
            tk.check_access("package_update", self._context(), {"id": package.id})
            if any(item.updates_by_action(self._context(), package) for item in implementations(IBulkWriter)):
                return WriteResult("by_action", package.id, changed=False), None
        current = serialisation.show_by_own_schema(package, self._context())
        data = request.build(current)
        if data is None:
            return WriteResult("skipped", package.id, before=current, changed=False), None
        errors, shown = self._save(package, current, dict(data))
        if errors:
            return WriteResult("refused", package.id, before=current, errors=errors, changed=False), None
        activity = activities.build_activity("changed package", package, shown, self._user) if shown else None
        return WriteResult("written", package.id, shown or current, current, changed=shown is not None), activity

    def revert(self, dataset_id: str, before: Json | None) -> None:
        """Give a dataset its former content, or delete it when there was none; the caller commits."""
        self._documents.pop(dataset_id, None)
        self._user = model.User.by_name(self._user_name)
        package = rows.load_packages([dataset_id], lock=True).get(dataset_id)
        if package is None:
            return
        if before is None:
            tk.get_action("package_delete")(self._context(defer_commit=True), {"id": dataset_id})
            return
        _, shown = self._save(package, serialisation.show_by_own_schema(package, self._context()), dict(before))
        if shown:
            activity = activities.build_activity("changed package", package, shown, self._user)
            activities.save_activities([activity])

    def _save(self, package: model.Package, current: Json, data: Json) -> tuple[Mapping[str, Any], Json | None]:
        """Save a dataset that exists: what is wrong with it, or what it now shows; neither when nothing changed."""
        own_files = {resource["id"] for resource in current["resources"]}
        known = data.get("name") == package.name and own_files.issuperset(file.get("id") for file in data["resources"])
        context = self._context(package=package, **{navl_schema.KNOWN_FREE: known})
        data |= {"id": package.id, "type": package.type}
        data.pop("metadata_modified", None)
        plugin = lib_plugins.lookup_package_plugin(package.type)
        unchanged = rows.find_unchanged_resources(plugin, package, current, data)
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
        if saved.owner_org != current.get("owner_org"):
            tk.get_action("package_owner_org_update")(
                logic.fresh_context(context, ignore_auth=True, defer_commit=True),
                {"id": saved.id, "organization_id": saved.owner_org},
            )
        model.Session.flush()
        for item in implementations(p.IPackageController):
            item.edit(saved)
            item.after_dataset_update(context, valid)
        both = serialisation.show_package(saved, context)
        self._keep_document(saved.id, *both)
        activities.send_signal("package_update", context, valid, saved.id)
        return {}, both[1]


def _slug_of_title(title: str) -> str:
    for item in implementations(IBulkWriter):
        if (slug := item.slug_of_title(title)) is not None:
            return slug
    return munge_title_to_name(title)


def _has_default_views(dataset: Json) -> bool:
    """Whether a view is made by itself for any file of a new dataset; CKAN would ask the database to find out."""
    plugins = memoized("views", datapreview.get_default_view_plugins)
    return any(
        plugin.can_view({"resource": resource, "package": dataset})
        for resource in dataset.get("resources") or ()
        for plugin in plugins
    )
