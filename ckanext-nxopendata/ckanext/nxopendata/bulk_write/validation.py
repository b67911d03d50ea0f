"""Validation by the schemas of ckanext-scheming, each worked out once for many datasets."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from ckan.lib.navl.dictization_functions import DataError, missing
from ckan.lib.plugins import plugin_validate
from ckan.logic.converters import convert_to_extras
from ckan.logic.schema import default_show_package_schema
from ckan.types import Context
from ckanext.scheming.plugins import SchemingDatasetsPlugin, expand_form_composite

from ckanext.nxopendata.bulk_write.navl_schema import Flat, Key, Schema, nest
from ckanext.nxopendata.bulk_write.requests import Json

CACHED_SCHEMA: Json = {}
"""Given to :meth:`CachedSchemaDatasetsPlugin.validate` as the schema: its own schema for the action, made once."""


class CachedSchemaDatasetsPlugin(SchemingDatasetsPlugin):
    """ckanext-scheming's plugin, which can keep the schema of an action made ready; see :data:`CACHED_SCHEMA`."""

    def validate(self, context: Context, data_dict: Json, schema: Json, action: str) -> Any:
        kind = data_dict.get("type") or ""
        if schema is not CACHED_SCHEMA:
            return super().validate(context, data_dict, schema, action)
        if kind not in self._schemas:
            return super().validate(context, data_dict, {}, action)
        key = (id(self._expanded_schemas), kind, action)  # which the rules keep from being used again
        if key not in _cached_schemas:
            _cached_schemas[key] = _CachedSchema(self, kind, action)
        return _cached_schemas[key].validate(data_dict, context)


class _CachedSchema:
    """A ready schema, and what ckanext-scheming does to a dataset before it validates."""

    def __init__(self, plugin: SchemingDatasetsPlugin, kind: str, action: str) -> None:
        self._schemas: Any = plugin._expanded_schemas
        self._shows = action == "package_show"
        schema: Json = getattr(plugin, f"{action.removeprefix('package_')}_package_schema")()
        self._repeated = _repeating_fields(self._schemas[kind]["dataset_fields"])
        self._repeated_of_files = _repeating_fields(self._schemas[kind]["resource_fields"])
        self._json_fields = [name for name in self._repeated if name not in schema]
        # The plugin writes its fields into the schema that it is given. No validator runs: navl reads no such tags.
        with contextlib.suppress(DataError):
            SchemingDatasetsPlugin.validate(plugin, Context(), {"type": kind, "tags": "none"}, schema, action)
        if self._json_fields and not self._shows:
            schema["__after"] = [*schema.get("__after", ()), _store_as_json(self._json_fields)]
        self._schema = Schema(schema)

    def validate(self, data: Json, context: Context) -> tuple[Json, Json]:
        if self._shows:
            for extra in data.get("extras") or ():
                if extra["key"] in self._json_fields:
                    data[extra["key"]] = json.loads(extra["value"])
            if data.get("extras"):
                data["extras"] = [extra for extra in data["extras"] if extra["key"] not in self._json_fields]
        else:
            expand_form_composite(data, set(self._repeated))
            for resource in data.get("resources") or ():
                expand_form_composite(resource, set(self._repeated_of_files))
        return self._schema.validate(data, context, collect_errors=not self._shows)


_cached_schemas: dict[tuple[int, str, str], _CachedSchema] = {}


def _repeating_fields(fields: Iterable[Json]) -> list[str]:
    return [each["field_name"] for each in fields if "repeating_subfields" in each]


def _store_as_json(names: Sequence[str]) -> Callable[..., None]:
    """A validator that keeps repeated parts as extras, in JSON."""

    def store(key: Key, data: Flat, errors: Any, context: Context) -> None:
        for name in names:
            own = {place: value for place, value in data.items() if place[0] == name}
            if own:
                data[(name,)] = json.dumps(nest(own)[name], default=lambda item: None if item is missing else item)
                convert_to_extras((name,), data, errors, context)
                del data[(name,)]

    return store


def validate(plugin: Any, context: Context, data: Json, action: str) -> tuple[Json, Json]:
    """As ``ckan.lib.plugins.plugin_validate`` with the plugin's own schema for the action."""
    if isinstance(plugin, CachedSchemaDatasetsPlugin):
        return plugin.validate(context, data, CACHED_SCHEMA, action)
    schema = getattr(plugin, f"{action.removeprefix('package_')}_package_schema")()
    return plugin_validate(plugin, context, data, schema, action)


@cache
def default_show_schema() -> Schema:
    """CKAN's own schema for showing a dataset."""
    return Schema(default_show_package_schema())
