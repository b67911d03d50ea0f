"""What the rules and codes of many new datasets need from the database, read once for all that are written together."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from ckan.types import Context

from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.catalogue.schema import checks, resource_codes, slugs
from ckanext.nxopendata.core import localised, roles


class BulkLookups:
    """The catalogue's part of the bulk writer; a mixin of its plugin."""

    def slug_of_title(self, title: str) -> str | None:
        return slugs.make_slug(title)

    def before_bulk_create(self, context: Context, datasets: Sequence[dict[str, Any]]) -> None:
        for dataset in datasets:
            dataset["title"] = (dataset.get("title_translated") or {}).get(localised.DEFAULT) or dataset.get("title")
        _allocate_codes([dataset for dataset in datasets if not _waits_for_class(context, dataset)])
        context[checks.BATCH] = checks.prepare(datasets)  # type: ignore

    def after_bulk_validation(self, context: Context, dataset: Mapping[str, Any]) -> None:
        batch: checks.Batch = context[checks.BATCH]  # type: ignore
        batch.add({**dataset, "nx_resource_code": _code(dataset)})


def _waits_for_class(context: Context, dataset: Mapping[str, Any]) -> bool:
    """Whether a dataset is a draft to be, which is given its code once its class is chosen."""
    return not dataset.get("nx_class_code") and roles.needs_review(context, dataset.get("owner_org"))


def _code(dataset: Mapping[str, Any]) -> str | None:
    extras = {extra["key"]: extra["value"] for extra in dataset.get("extras") or ()}
    return dataset.get("nx_resource_code") or extras.get("nx_resource_code")


def _allocate_codes(datasets: Sequence[dict[str, Any]]) -> None:
    """Give the datasets without a resource code theirs, in one query; those of unclear class are left."""
    waiting: list[tuple[dict[str, Any], str]] = []
    for dataset in datasets:
        if not dataset.get("nx_resource_code"):
            with contextlib.suppress(ValueError):
                prefix = resource_codes.prefix(dataset.get("nx_class_code"), config.default_class())
                waiting.append((dataset, prefix))
    if waiting:
        codes = resource_codes.allocate_codes([prefix for _, prefix in waiting])
        for (dataset, _), code in zip(waiting, codes, strict=True):
            dataset["nx_resource_code"] = code
