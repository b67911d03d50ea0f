"""Downloads of tables in other formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, request

from ckanext.nxopendata.tables import export, messages, query, table_lookup
from ckanext.nxopendata.tables.page.address import parse_question
from ckanext.nxopendata.tables.query import QueryTimeoutError, QuestionError

nx_tables = Blueprint("nx_tables", __name__)


# Its argument is called resource_id: the licences' guard of downloads knows files by that, refuses them, names licence
# and credit, and keeps them out of caches.
@nx_tables.route("/dataset/<id>/resource/<resource_id>/data.<ending>")
def download(id: str, resource_id: str, ending: str) -> Any:  # noqa: A002  CKAN's name for it
    """The whole table, or the part that the question in the address asks for, streamed."""
    wanted = "csv-bom" if ending == "csv" and tk.asbool(request.args.get("bom", False)) else ending
    if wanted not in export.FORMATS:
        return tk.abort(404)
    try:
        resource = tk.get_action("resource_show")({}, {"id": resource_id})
        tk.check_access("nx_table_search", {}, {"id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file"))
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        return tk.abort(404, tk._("This file has no table"))
    kind = export.FORMATS[wanted]
    fields = [export.Field(column.id, column.label, column.type) for column in columns]
    try:
        question = parse_question(request.args, columns)
        rows = query.stream_rows(table_lookup.make_source(resource_id, columns), question)
        blocks = _start(kind.write(fields, rows))
    except (QuestionError, QueryTimeoutError) as problem:
        return tk.abort(400, messages.explain_question(problem))
    except export.TooManyRowsError:
        most = f"{export.MOST_SHEET_ROWS:,}"
        return tk.abort(400, tk._("A worksheet holds at most {most} rows. Choose CSV, or narrow it.").format(most=most))
    response = Response(blocks, content_type=kind.media_type)
    stem = PurePosixPath(resource.get("nx_file_name") or resource.get("name") or "data").stem
    name = quote(f"{stem}{'（部分）' if question.narrowed else ''}.{kind.ending}")
    response.headers["Content-Disposition"] = f"attachment; filename=\"data.{kind.ending}\"; filename*=UTF-8''{name}"
    return response


def _start(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks, the first already made: what is wrong with the question shows before the answer begins."""
    first = next(blocks, b"")

    def joined() -> Iterator[bytes]:
        yield first
        yield from blocks

    return joined()
