"""The tools of the MCP server: actions of the portal, asked as the public, with what a reader needs to cite them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import localised

MOST_DATASETS = 20
MOST_ROWS = 200
LONGEST_NOTES = 600

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A question that can be asked.

    Attributes:
        needs: plugin that answers it; "" for the portal's own.
        schema: JSON Schema of its arguments.
        answer: makes the answer, an object.
    """

    name: str
    title: str
    description: str
    schema: Mapping[str, Any]
    answer: Callable[[Arguments], dict[str, Any]]
    needs: str = ""


def list_tools() -> list[Tool]:
    """Return the tools that this site has."""
    return [tool for tool in TOOLS if not tool.needs or p.plugin_loaded(tool.needs)]


def find_tool(name: str) -> Tool | None:
    """Return a tool of this site by its name."""
    return next((tool for tool in list_tools() if tool.name == name), None)


def _ask(action: str, **data: Any) -> Any:
    """Ask an action as somebody who is not signed in, whoever sent the request."""
    return tk.get_action(action)({"user": "", "auth_user_obj": None, "ignore_auth": False}, data)


def _text(value: Any) -> str:
    return localised.choose(value, tk.h.lang())[0]


def _page(dataset: Mapping[str, Any]) -> str:
    return tk.h.url_for("dataset.read", id=dataset["name"], qualified=True)


def _cite(dataset: dict[str, Any]) -> dict[str, Any]:
    """The licence and the citation of a dataset."""
    about: dict[str, Any] = {"licence": dataset.get("license_id") or "", "url": _page(dataset)}
    if p.plugin_loaded("nxopendata_licences"):
        credit = tk.h.nx_dataset_licence(dataset)["credit"]
        about["citation"] = {"gbt7714": credit.gbt7714, "apa": credit.apa}
    return about


def search_datasets(arguments: Arguments) -> dict[str, Any]:
    """Find datasets by words."""
    found = _ask(
        "package_search",
        q=arguments.get("query", ""),
        fq='+capacity:"public" +dataset_type:dataset',
        rows=arguments.get("limit", 10),
        start=arguments.get("offset", 0),
    )
    datasets = [
        {
            "id": one["name"],
            "title": _text(one["title_translated"]),
            "notes": _text(one["notes_translated"])[:LONGEST_NOTES],
            "department": (one.get("organization") or {}).get("title", ""),
            "updated": one["metadata_modified"][:10],
            "licence": one.get("license_id") or "",
            "url": _page(one),
            "files": [_describe_file(file) for file in one["resources"]],
        }
        for one in found["results"]
    ]
    return {"count": found["count"], "datasets": datasets}


def _describe_file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": file["id"],
        "name": file.get("name") or "",
        "format": file.get("format") or "",
        "has_rows": bool(file.get("datastore_active")),
    }


def describe_dataset(arguments: Arguments) -> dict[str, Any]:
    """Describe a dataset, its files and the columns of its tables."""
    dataset = _ask("package_show", id=arguments["id"])
    files = []
    for file in dataset["resources"]:
        about = _describe_file(file)
        if about["has_rows"] and p.plugin_loaded("nxopendata_tables"):
            about["columns"] = _list_columns(file["id"])
        files.append(about)
    return {
        "id": dataset["name"],
        "title": _text(dataset["title_translated"]),
        "notes": _text(dataset["notes_translated"]),
        "department": (dataset.get("organization") or {}).get("title", ""),
        "updated": dataset["metadata_modified"][:10],
        "files": files,
        **_cite(dataset),
    }


def _list_columns(resource_id: str) -> list[dict[str, Any]]:
    try:
        return _ask("nx_table_search", id=resource_id, limit=0)["fields"]
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return []


def query_rows(arguments: Arguments) -> dict[str, Any]:
    """Read rows of a table."""
    file = _ask("resource_show", id=arguments["file_id"])
    found = _ask(
        "nx_table_search",
        id=arguments["file_id"],
        q=arguments.get("query", ""),
        conditions=list(arguments.get("filters", ())),
        sort=arguments.get("sort", ""),
        limit=arguments.get("limit", 50),
        offset=arguments.get("offset", 0),
    )
    return {
        "total": found["total"],
        "columns": found["fields"],
        "rows": found["records"],
        **_cite(_ask("package_show", id=file["package_id"])),
    }


def answer_question(arguments: Arguments) -> dict[str, Any]:
    """Answer a question by one number, or not at all."""
    found = _ask("nx_answer_search", q=arguments["question"])
    return {key: found[key] for key in ("understood", "answers", "rows", "wider", "notice", "instead") if key in found}


def describe_place(arguments: Arguments) -> dict[str, Any]:
    """Say what public tables know of a place."""
    found = _ask("nx_place_show", code=arguments["place"])
    kept = ("code", "name", "name_en", "level", "parent", "children", "figures", "lacking")
    return {key: found[key] for key in kept}


def check_licences(arguments: Arguments) -> dict[str, Any]:
    """Say whether datasets may be put together, and what must be done then."""
    found = _ask(
        "nx_licence_combine",
        datasets=list(arguments["datasets"]),
        licences=[],
        operation=arguments.get("operation", "derive"),
    )
    return dict(found)


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _string(description: str, most: int = 500) -> dict[str, Any]:
    return {"type": "string", "description": description, "maxLength": most}


def _number(description: str, most: int, default: int, least: int = 0) -> dict[str, Any]:
    return {"type": "integer", "description": description, "minimum": least, "maximum": most, "default": default}


FILTERS = {
    "type": "array",
    "maxItems": 20,
    "description": "Conditions that all must hold",
    "items": _object(
        ("column", "operator"),
        column=_string("id of a column, as describe_dataset gives it", 100),
        operator={"type": "string", "enum": ["has", "is", "isnot", "ge", "le", "empty", "filled"]},
        value=_string("to compare with"),
    ),
}

TOOLS = (
    Tool(
        "search_datasets",
        "Search datasets",
        "Find public datasets of the departments and cities of Ningxia by words, in Chinese, pinyin or English. "
        "Returns titles, departments, licences and the ids of datasets and files.",
        _object(
            query=_string("words; empty for all datasets"),
            limit=_number("datasets at most", MOST_DATASETS, 10),
            offset=_number("datasets to skip", 100_000, 0),
        ),
        search_datasets,
    ),
    Tool(
        "describe_dataset",
        "Describe a dataset",
        "Describe one dataset: what it is of, its files, the columns of its tables, its licence and how to cite it.",
        _object(("id",), id=_string("id or name of the dataset", 200)),
        describe_dataset,
    ),
    Tool(
        "query_rows",
        "Read rows of a table",
        "Read rows of a file that has_rows: search words, filter by columns, sort, turn pages. Numbers are as the "
        "department published them; units stand in the columns. Cite the dataset by the citation in the answer.",
        _object(
            ("file_id",),
            file_id=_string("id of the file", 100),
            query=_string("words that a row must have"),
            filters=FILTERS,
            sort=_string('id of a column, "-" before it for the largest first', 101),
            limit=_number("rows at most", MOST_ROWS, 50),
            offset=_number("rows to skip", 10_000_000, 0),
        ),
        query_rows,
        "nxopendata_tables",
    ),
    Tool(
        "answer_question",
        "Answer a question by a number",
        "Answer a question in plain words, for example 西吉县有多少人 or population of Xiji County, by numbers of "
        "public tables with place, period, unit, source and citation. What is not certain is not claimed.",
        _object(("question",), question=_string("the question", 120)),
        answer_question,
        "nxopendata_tables",
    ),
    Tool(
        "describe_place",
        "Describe a place",
        "Say what public tables know of a city or county of Ningxia: numbers with rank, earlier years and sources.",
        _object(("place",), place=_string("six digits of GB/T 2260, or a name", 60)),
        describe_place,
        "nxopendata_tables",
    ),
    Tool(
        "check_licences",
        "Check licences",
        "Say whether datasets may be used, published side by side or made into a new work together; which duties "
        "follow, which licences the result may carry, and the lines that credit the sources.",
        _object(
            ("datasets",),
            datasets={"type": "array", "minItems": 1, "maxItems": 20, "items": _string("id or name", 200)},
            operation={"type": "string", "enum": ["use", "collect", "derive"], "default": "derive"},
        ),
        check_licences,
        "nxopendata_licences",
    ),
)
