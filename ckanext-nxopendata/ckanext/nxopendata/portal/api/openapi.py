"""The public API as OpenAPI 3.1, made from the actions themselves: their names, documentation and parameters.

An action is described if it only reads and nobody needs to sign in for it. Nothing is written by hand but the words of
the whole and the addresses that are no actions; a test compares those with the routes of the application.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, logic
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core.edge import parameters

VERSION = "3.1.1"
PARAM = re.compile(
    r"^\s*:param (?:(?P<type>\w+) )?(?P<names>\w+(?:, ?\w+)*):(?P<text>.*(?:\n(?!\s*(?::|$)).*)*)", re.MULTILINE
)
FIELD = re.compile(r"^\s*:(?:param|type|returns?|rtype|raises?)\b", re.MULTILINE)
RESULTS = re.compile(r"^\s*(?:\*\*Results:\*\*|:returns?:|:rtype:)", re.MULTILINE)
"""Where the documentation of parameters ends; CKAN describes what comes back by the same fields."""

OPTIONAL = re.compile(r"optional|default", re.IGNORECASE)
ROLE = re.compile(r":\w+:`(?:[^`<]*<)?~?([^`>]*)>?`")

JSON_TYPES: Mapping[str, Mapping[str, Any]] = {
    parameters.TEXT: {"type": "string"},
    parameters.NUMBER: {"type": "integer"},
    parameters.COUNT: {"type": "integer", "minimum": 0},
    parameters.FLAG: {"type": "boolean"},
}
OF_CKAN = (
    "package_search",
    "package_show",
    "package_list",
    "resource_show",
    "resource_search",
    "organization_list",
    "organization_show",
    "group_list",
    "group_show",
    "tag_list",
    "license_list",
    "datastore_search",
    "datastore_info",
    "help_show",
    "status_show",
)
"""Actions of CKAN that read public data; those of the portal are found by themselves."""

EXAMPLES = {"q": "人口", "code": "640422", "codes": "640302,640303", "licences": "cc-by-4.0", "operation": "collect"}
"""What a parameter may be, by name; the same on every site."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an action: its name, what it is, its JSON Schema, and whether it must be given."""

    name: str
    text: str
    schema: Mapping[str, Any]
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """An action: its name, the first sentence and the rest of its documentation, and its parameters."""

    name: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """An address that is no action: its path, endpoint, what it gives and as which media types."""

    path: str
    endpoint: str
    summary: Any
    media: tuple[str, ...]


ADDRESSES = (
    Address("/dataset/{dataset_id}.json", "nx_addresses.dataset_json", _("A dataset"), ("application/json",)),
    Address(
        "/dataset/{dataset_id}.{ending}", "nx_addresses.dataset_table", _("The first table of a dataset"), ("text/csv",)
    ),
    Address(
        "/dataset/{id}/resource/{resource_id}/data.{ending}",
        "nx_tables.download",
        _("The table of a file, whole or filtered: csv, xlsx, json, jsonl, xml, parquet"),
        ("text/csv", "application/json", "application/vnd.apache.parquet"),
    ),
    Address("/place/{code}.json", "nx_places.show_json", _("What public tables say of a place"), ("application/json",)),
    Address(
        "/bulk/catalogue.{kind}",
        "nx_portal.bulk",
        _("The whole catalogue: csv, jsonl, nt; with an ETag"),
        ("text/csv", "application/x-ndjson", "application/n-triples"),
    ),
)


def list_operations() -> tuple[Operation, ...]:
    """Return the actions of the public API, those of the portal last, in the order of their names."""
    tk.get_action("status_show")  # has CKAN find all actions
    own = sorted(name for name in logic._actions if name.startswith("nx_") and _is_public(name))
    return _read_operations((*filter(_is_there, OF_CKAN), *own))


@cache
def _read_operations(names: tuple[str, ...]) -> tuple[Operation, ...]:
    return tuple(read_operation(name, tk.get_action(name)) for name in names)


def _is_there(name: str) -> bool:
    return name in logic._actions


def _is_public(name: str) -> bool:
    """Whether an action only reads, and nobody needs to sign in for it."""
    auth = authz._AuthFunctions.get(name)
    if not getattr(logic._actions[name], "side_effect_free", False) or auth is None:
        return False
    try:
        return bool(tk.check_access(name, {"user": "", "auth_user_obj": None}, {}))
    except tk.NotAuthorized:
        return False
    except (tk.ValidationError, tk.ObjectNotFound, KeyError):
        # It looks at what is asked for, which is a decision about that and not about who asks.
        return bool(getattr(auth, "auth_allow_anonymous_access", False))


def read_operation(name: str, action: Callable[..., Any]) -> Operation:
    """Return an action as its documentation describes it."""
    documentation = next((text for link in parameters._links(action) if (text := inspect.getdoc(link))), "")
    found = FIELD.search(documentation)
    prose = documentation[: found.start()] if found else documentation
    summary, _sep, rest = prose.strip().partition("\n")
    types = parameters.find_types(action)
    listed = tuple(_read_parameters(documentation, types))
    return Operation(name, _plain(summary), _plain(rest), listed)


def _read_parameters(documentation: str, types: Mapping[str, str]) -> Iterator[Parameter]:
    seen = set()
    end = RESULTS.search(documentation)
    for match in PARAM.finditer(documentation[: end.start()] if end else documentation):
        text = _plain(match["text"])
        for name in match["names"].replace(" ", "").split(","):
            if name in seen:
                continue
            seen.add(name)
            type_ = types.get(name) or parameters.BY_NAME.get(name) or ""
            schema = dict(JSON_TYPES.get(str(type_), {"type": "string"}))
            if name in EXAMPLES:
                schema["examples"] = [EXAMPLES[name]]
            yield Parameter(name, text, schema, name in ("id", "code", "codes") and not OPTIONAL.search(text))


def _plain(text: str) -> str:
    """Documentation of Sphinx as plain words."""
    return " ".join(ROLE.sub(r"\1", text).replace("``", "`").split())


def make_description(root: str, title: str, version: str) -> dict[str, Any]:
    """Return the description.

    Args:
        root: address of the site, without a slash at its end.
        title: name of the site.
        version: of this software.
    """
    paths: dict[str, Any] = {
        f"/api/3/action/{one.name}": {"get": _describe_operation(one)} for one in list_operations()
    }
    for address in ADDRESSES:
        paths[address.path] = {"get": _describe_address(address)}
    return {
        "openapi": VERSION,
        "info": {
            "title": title,
            "version": version,
            "summary": str(_("Public data: the catalogue, the rows of its tables, and what changed")),
            "description": str(_("No key is needed. Errors are in the language that Accept-Language asks for.")),
        },
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"schemas": SCHEMAS, "responses": _describe_errors()},
    }


SCHEMAS: dict[str, Any] = {
    "Answer": {
        "type": "object",
        "required": ["success", "result"],
        "properties": {"help": {"type": "string"}, "success": {"const": True}, "result": {}},
    },
    "Error": {
        "type": "object",
        "required": ["success", "error"],
        "properties": {
            "help": {"type": "string"},
            "success": {"const": False},
            "error": {"type": ["object", "string"], "description": "What was wrong, by field"},
        },
    },
}
ERRORS = {
    "400": _("The request is not understood"),
    "403": _("Not open to the public"),
    "404": _("There is no such thing"),
    "409": _("A value is not valid; the answer names the field"),
    "429": _("Too often; wait as long as Retry-After says"),
    "503": _("The site cannot answer now; try again in a minute"),
}


def _describe_errors() -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {f"E{code}": {"description": str(text), "content": content} for code, text in ERRORS.items()}


def _describe_operation(one: Operation) -> dict[str, Any]:
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    return {
        "operationId": one.name,
        "summary": one.summary,
        "description": one.text,
        "tags": ["portal" if one.name.startswith("nx_") else "CKAN"],
        "parameters": [
            {
                "name": parameter.name,
                "in": "query",
                "required": parameter.required,
                "description": parameter.text,
                "schema": dict(parameter.schema),
            }
            for parameter in one.parameters
        ],
        "responses": {"200": {"description": "OK", "content": answer}, **_error_links()},
    }


def _describe_address(address: Address) -> dict[str, Any]:
    return {
        "operationId": address.endpoint.replace(".", "_"),
        "summary": str(address.summary),
        "tags": ["files"],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", address.path)
        ],
        "responses": {
            "200": {"description": "OK", "content": {kind: {} for kind in address.media}},
            "404": {"$ref": "#/components/responses/E404"},
        },
    }


def _error_links() -> dict[str, Any]:
    return {code: {"$ref": f"#/components/responses/E{code}"} for code in ERRORS}
