"""The guard of every view that sends a file, and what keeps its answers out of caches."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint, Response, request

from ckanext.nxopendata.core.file_access import doors, files_site, in_flight, serving
from ckanext.nxopendata.core.file_access.decision import HIDDEN, decide, is_still_allowed, list_decisions
from ckanext.nxopendata.core.language import zh_or_en

nx_file_access = Blueprint("nx_file_access", __name__)


@nx_file_access.before_app_request
def guard() -> Any:
    """Refuse what the person may not have before any view sends it: 403 with the reason, 404 of what is hidden."""
    if refused := files_site.refuse_all_but_files():
        return refused
    resource_id = doors.find_resource_id()
    if resource_id is None:
        return None
    resource = model.Resource.get(resource_id)
    dataset = resource.package if resource else None
    if dataset is None or doors.names_another(dataset):
        return tk.abort(404, tk._("There is no such file"))
    rows = request.endpoint in doors.ROWS
    access = decide(resource_id, tk.current_user.name, rows=rows)
    if access.allowed:
        serving.note(resource_id, tk.current_user.name, access, rows=rows)
        return files_site.send_there(access)
    if access.code == HIDDEN:
        return tk.abort(404, access.message)
    if access.page:
        return Response(tk.render(access.page, {"access": access, "dataset": dataset, "lang": zh_or_en()}), 403)
    return tk.abort(403, access.message)


@nx_file_access.after_app_request
def write_served(response: Response) -> Response:
    """Have it written down what the answer gives under an agreement."""
    return serving.write(response)


def keep_private(response: Response) -> Response:
    """No cache, shared or not, may keep what one person may see: neither CKAN's own headers nor a proxy's."""
    request.environ["__no_cache__"] = True
    response.cache_control.no_store = True
    response.cache_control.public = False
    return response


@nx_file_access.after_app_request
def keep_decided_private(response: Response) -> Response:
    """Keep out of caches what was given to one person or refused: files, rows, pages."""
    decisions = list_decisions()
    if True in decisions or (decisions and response.status_code >= 400):
        keep_private(response)
    if True in decisions and response.status_code < 400:
        in_flight.watch(response, is_still_allowed)
    return response
