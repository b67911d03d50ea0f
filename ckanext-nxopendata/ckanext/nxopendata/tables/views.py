"""Downloads of tables in other formats; the headers of CKAN's dump."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk
from ckanext.datastore.writer import XMLWriter
from flask import Blueprint, Response, request

from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.file_access.decision import decide
from ckanext.nxopendata.tables import messages, models, origin, query, table_lookup
from ckanext.nxopendata.tables.exports import dump, registry, workbook
from ckanext.nxopendata.tables.exports.formats import Field
from ckanext.nxopendata.tables.page.address import choose_columns, parse_question
from ckanext.nxopendata.tables.page.licence_name import name_licence
from ckanext.nxopendata.tables.query import QueryTimeoutError, Question, QuestionError
from ckanext.nxopendata.tables.reader.columns import Column

nx_tables = Blueprint("nx_tables", __name__)


# Its argument is called resource_id: the licences' guard of downloads knows files by that, refuses them, names licence
# and credit, and keeps them out of caches.
@nx_tables.route("/dataset/<id>/resource/<resource_id>/data.<ending>")
def download(id: str, resource_id: str, ending: str) -> Any:  # noqa: A002  CKAN's name for it
    """The whole table, or the part that the question in the address asks for, streamed.

    It has validators (RFC 9110, 8.8) and answers conditional requests; ranges are not offered (14.3), for a stream is
    made anew each time.
    """
    wanted = "csv-bom" if ending == "csv" and _asks_for_mark() else ending
    if wanted not in registry.FORMATS:
        return tk.abort(404)
    try:
        resource = tk.get_action("resource_show")({}, {"id": resource_id})
        tk.check_access("nx_table_search", {}, {"id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file"))
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        return tk.abort(404, tk._("This file has no table"))
    response = Response(content_type=registry.FORMATS[wanted].media_type)
    question, shown = parse_question(request.args, columns), choose_columns(request.args, columns)
    if not question.narrowed:
        _refuse_too_many_rows(resource_id)
    _add_validators(response, resource_id, wanted, shown, question)
    if response.make_conditional(request).status_code == 304:
        return response
    response.headers.pop("Content-Length", None)  # it is that of no body; the stream's is not known
    try:
        response.response = _write(table_lookup.make_source(resource_id, columns), wanted, shown, question, resource)
    except (QuestionError, QueryTimeoutError) as problem:
        return tk.abort(400, messages.explain_question(problem))
    except workbook.TooManyRowsError:
        most = f"{workbook.MOST_SHEET_ROWS:,}"
        return tk.abort(400, tk._("A worksheet holds at most {most} rows. Choose CSV, or narrow it.").format(most=most))
    except workbook.CellTooLongError:
        most = f"{workbook.LONGEST_CELL:,}"
        return tk.abort(400, tk._("A cell of a worksheet holds at most {most} signs. Choose CSV.").format(most=most))
    name = resource.get("nx_file_name") or resource.get("name") or "data"
    stem = name if origin.is_part(resource) else PurePosixPath(name).stem
    kind = registry.FORMATS[wanted].ending
    name = quote(f"{stem}{'（部分）' if question.narrowed or len(shown) < len(columns) else ''}.{kind}")
    response.headers["Content-Disposition"] = f"attachment; filename=\"data.{kind}\"; filename*=UTF-8''{name}"
    return response


def _asks_for_mark() -> bool:
    """Whether the address asks for a byte order mark, by which Excel knows UTF-8."""
    try:
        return params.flag(request.args, "bom", False)
    except tk.ValidationError as problem:
        return tk.abort(400, "".join(map(str, problem.error_summary.values())))


def _add_validators(
    response: Response, resource_id: str, wanted: str, columns: Sequence[Column], question: Question
) -> None:
    """An entity tag and a date, of tables that we loaded: others may change without our knowing."""
    response.headers["Accept-Ranges"] = "none"
    state = models.get_state(resource_id)
    if state is None:
        return
    facts = [registry.VERSION, resource_id, state.fingerprint, state.changed, wanted, question, tk.h.lang()]
    facts += [(column.id, column.label, column.unit) for column in columns]
    response.set_etag(hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:32], weak=wanted == "xlsx")
    response.last_modified = state.changed


def _write(
    source: query.Source, wanted: str, columns: Sequence[Column], question: Question, resource: dict[str, Any]
) -> Iterator[bytes]:
    digits = query.read_digits(source) if wanted == "parquet" else {}
    fields = [
        Field(column.id, column.label, column.type, column.unit, column.notes, *digits.get(column.id, (0, 0)))
        for column in columns
    ]
    write = registry.FORMATS[wanted].write
    if wanted == "xlsx":
        write = partial(workbook.xlsx, notes=_describe(columns, resource))
    return _start(write(fields, query.stream_rows(source, question, [column.id for column in columns])))


def _describe(columns: Sequence[Column], resource: dict[str, Any]) -> list[tuple[str, ...]]:
    """The rows of the sheet that says what the columns are, and where the data come from."""
    dataset = tk.get_action("package_show")({}, {"id": resource["package_id"]})
    rows = [(tk._("Column"), tk._("Values"), tk._("Unit"), tk._("What it means"))]
    rows += [(column.label, messages.describe_type_name(column.type), column.unit, column.notes) for column in columns]
    facts = [
        (tk._("Dataset"), tk.h.nx_text(dataset, "title")),
        (tk._("File"), str(resource.get("name") or "")),
        (tk._("Provider"), str((dataset.get("organization") or {}).get("title") or "")),
        (tk._("Licence"), name_licence(dataset)),
        (tk._("Address"), tk.h.url_for("dataset.read", id=dataset["name"], qualified=True)),
    ]
    return [*rows, ("",), *(fact for fact in facts if fact[1])]


def _start(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks, the first already made: what is wrong with the question shows before the answer begins."""
    first = next(blocks, b"")

    def joined() -> Iterator[bytes]:
        yield first
        yield from blocks

    return joined()


def _name_elements(columns: Sequence[Column]) -> dict[str, str]:
    """The names that CKAN's dump in XML gives its elements -> the headers of the file, where the two differ."""
    named = XMLWriter(BytesIO(), ["_id", *(column.id for column in columns)]).element_names
    return {named[column.id]: column.label for column in columns if named[column.id] != column.label}


# How many rows one answer holds


def _refuse_too_many_rows(resource_id: str) -> None:
    """Refuse a whole table that has more rows than one answer holds; those that we loaded never have."""
    most = tk.config["ckanext.nxopendata.tables.most_rows"]
    if models.get_state(resource_id) is None and query.has_more_rows(resource_id, most):
        text = tk._("One answer holds at most {most} rows. Narrow the table, or take it in parts: {example}")
        example = tk.h.url_for("datastore.dump", resource_id=resource_id, limit=most, offset=most, locale="default")
        tk.abort(400, text.format(most=f"{most:,}", example=example))


@nx_tables.before_app_request
def bound_dump() -> None:
    """Refuse a dump of more rows than one answer holds, of a table that the reader may have."""
    if request.endpoint != "datastore.dump":
        return
    resource_id = str((request.view_args or {}).get("resource_id") or "")
    limit = request.args.get("limit", type=int)
    is_bounded = limit is not None and limit <= tk.config["ckanext.nxopendata.tables.most_rows"]
    columns = () if is_bounded else table_lookup.list_columns(resource_id)
    if columns and decide(resource_id, tk.current_user.name, rows=True).allowed:
        _refuse_too_many_rows(resource_id)


@nx_tables.after_app_request
def name_columns_of_dump(response: Response) -> Response:
    """Write the headers of the file into CKAN's dump of its table."""
    if request.endpoint != "datastore.dump" or response.status_code != 200:
        return response
    columns = table_lookup.list_columns(str((request.view_args or {}).get("resource_id") or ""))
    labels = [column.label for column in columns]
    by_name = {column.id: column.label for column in columns} if len(set(labels)) == len(labels) else {}
    # Asked for some of the columns, CKAN tells apart the names of these alone.
    elements = {} if request.args.get("fields") else _name_elements(columns)
    blocks = dump.rewrite(response.iter_encoded(), response.mimetype or "", by_name, elements) if columns else None
    if blocks is not None:
        response.response = blocks
    return response
