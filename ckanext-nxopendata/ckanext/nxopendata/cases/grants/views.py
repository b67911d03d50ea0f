"""The way by which what was granted is taken: a stream of the granted columns and rows."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.cases.grants import cut
from ckanext.nxopendata.cases.grants.actions import to_part
from ckanext.nxopendata.catalogue import uploads
from ckanext.nxopendata.core.file_access.views import keep_private
from ckanext.nxopendata.core.language import join_words
from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.web import act, call_action, csv_response, require_login

nx_case_grants = Blueprint("nx_case_grants", __name__)

MOST_BYTES = 4_000_000_000


# Its argument is not called resource_id: the guard of files would refuse a part, which this way cuts.
@nx_case_grants.route("/case/<case_id>/data/<file_id>.csv")
def take(case_id: str, file_id: str) -> Any:
    """Send what was granted of a file, as CSV: the granted columns and rows, and nothing else.

    What cannot be sent, and a look at the headers alone (HEAD), is no use and is not counted.
    """
    require_login(tk._("Log in to see your cases"))
    found = call_action("resource_show", id=file_id) if _may_see(file_id) else None
    path = uploads.find_path(found) if found else None
    if found is None or path is None:
        return tk.abort(404, tk._("There is no such file"))
    granted = act("nx_case_use_show", id=case_id, resource=file_id)
    try:
        sheet = reader.open_sheets(path, _find_format(found), most_bytes=MOST_BYTES)[0]
        rows = cut.cut((row for _, row in sheet.numbered()), to_part(granted))
    except UnreadableError:
        return tk.abort(409, tk._("No table could be made of this file. Ask the department for what it granted you."))
    except cut.ColumnsMissingError as problem:
        message = tk._("The file has no column {names} any more. Ask the department for what it granted you.")
        return tk.abort(409, message.format(names=join_words(problem.names)))
    if tk.request.method != "HEAD":
        try:
            act("nx_case_use_create", id=case_id, resource=file_id, expected=granted)
        except tk.ValidationError as refused:
            status = 409 if "expected" in refused.error_dict else 429
            return tk.abort(status, " ".join(refused.error_summary.values()))
    return keep_private(csv_response(rows, "granted.csv"))


def _find_format(resource: dict[str, Any]) -> str:
    """Return the format of a file in lower case: the one that is written down, or else that of its name."""
    written = (resource.get("format") or "").lower()
    name = resource.get("nx_file_name") or resource.get("name") or resource.get("url") or ""
    return written if written in reader.FORMATS else PurePosixPath(name).suffix.lower().lstrip(".")


def _may_see(file_id: str) -> bool:
    try:
        return bool(tk.check_access("resource_show", {"user": tk.current_user.name}, {"id": file_id}))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
