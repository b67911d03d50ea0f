"""What somebody may not know of is not there for them: a refusal that would tell of it becomes the answer for nothing.

CKAN answers 403 for a dataset, file or view that it hides from somebody and 404 for one that does not exist, which
tells that there is one. A request that was refused and names what is hidden is therefore asked again with a reference
to nothing in its place, and that answer is given, with what was asked put in again. Any action and view has the answer
that it has for what does not exist, whatever that is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType, default_exceptions

from ckanext.nxopendata.core.payload.value_types import UNSTORABLE

REFUSALS = (401, 403)

ASKING_NOBODY = frozenset(
    {
        "am_following_dataset",
        "dataset_follower_count",
        "package_collaborator_create",
        "package_collaborator_delete",
        "unfollow_dataset",
    }
)
"""Actions of CKAN that answer before they ask who may know of the dataset."""

REFERENCES = frozenset(
    {
        "_id",
        "case_id",  # a review is asked for by its dataset too
        "id",
        "dataset",
        "dataset_id",
        "ids",
        "datasets",
        "name_or_id",
        "object",
        "package",
        "package_id",
        "resource",
        "resource_id",
        "resource_view_id",
        "subject",
        "view_id",
    }
)
"""Parameters and parts of addresses that may name a dataset, a file or a view of one."""

MOST = 100
"""References of one request that are looked up; what names more has been refused as a whole."""


def install(app: Flask) -> None:
    """Have an application answer so, as the last that is done after a view."""
    app.after_request_funcs.setdefault(None, []).append(answer_as_missing)
    for status in REFUSALS:
        render = app.error_handler_spec[None][status][default_exceptions[status]]
        app.register_error_handler(status, partial(_render_unless_hidden, render))


def _render_unless_hidden(render: Callable[[HTTPException], Any], error: HTTPException) -> Any:
    """Make no page of a refusal that nobody will see: who asks would know by the time that takes."""
    if "nx_is_asked_again" not in g and _choose_stand_ins():
        return Response(status=error.code)
    return render(error)


def answer_as_missing(response: Response) -> Response:
    """Answer a refused request that names what its sender may not know of as if that did not exist."""
    if "nx_is_asked_again" in g or request.endpoint is None:
        return response
    if response.status_code not in REFUSALS and (request.view_args or {}).get("logic_function") not in ASKING_NOBODY:
        return response
    g.nx_is_asked_again = True
    nothing = _choose_stand_ins()
    if not nothing:
        return response
    model.Session.rollback()
    _replace_in_request(nothing)
    try:
        # As the first time, with all that is checked before a view.
        begun = current_app.preprocess_request()
        answer = current_app.make_response(current_app.dispatch_request() if begun is None else begun)
    except Exception as error:  # as Flask does around a view
        answer = current_app.make_response(current_app.handle_user_exception(error))
    return _put_in_again(answer, nothing)


def _choose_stand_ins() -> dict[str, str]:
    """Reference to what is hidden -> one to nothing, of the request at hand; chosen once."""
    if "nx_stand_ins" not in g:
        g.nx_stand_ins = {text: str(uuid.uuid4()) for text in _find_hidden(_list_references())}
    return g.nx_stand_ins


# The request


def _list_references() -> list[str]:
    if authz.is_sysadmin(tk.current_user.name):
        return []
    sources: list[Any] = [request.view_args or {}, _body()]
    sources += [values.to_dict(flat=False) for values in (request.args, request.form)]
    texts = (text for source in sources for name in REFERENCES & source.keys() for text in _texts(source[name]))
    return list(dict.fromkeys(texts))[:MOST]


def _texts(value: Any) -> Iterator[str]:
    """The texts that may name something: the database cannot even be asked for what it cannot hold."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and item and not UNSTORABLE.search(item):
            yield item


def _body() -> dict[str, Any]:
    """The JSON of a call, the same object that CKAN's view reads."""
    try:
        data = request.get_json(silent=False) if request.is_json else None
    except (BadRequest, UnsupportedMediaType):
        return {}
    return data if isinstance(data, dict) else {}


def _replace_in_request(nothing: dict[str, str]) -> None:
    for source in (request.view_args or {}, _body()):
        _replace(source, nothing)
    for name in ("args", "form"):
        values: ImmutableMultiDict[str, str] = getattr(request, name)
        pairs = [
            (key, nothing.get(value, value) if key in REFERENCES else value) for key, value in values.items(multi=True)
        ]
        setattr(request, name, ImmutableMultiDict(pairs))


def _replace(values: MutableMapping[str, Any], nothing: dict[str, str]) -> None:
    for name in REFERENCES & values.keys():
        value = values[name]
        if isinstance(value, list):
            values[name] = [nothing.get(item, item) if isinstance(item, str) else item for item in value]
        elif isinstance(value, str):
            values[name] = nothing.get(value, value)


# What is hidden


def _find_hidden(references: list[str]) -> list[str]:
    """Return the references that name something that CKAN would not show to who asks."""
    seen: dict[str, bool] = {}
    hidden = []
    for reference, dataset in _find_datasets(references).items():
        if dataset.id not in seen:
            seen[dataset.id] = _may_see(dataset.id)
        if not seen[dataset.id]:
            hidden.append(reference)
    return hidden


def _may_see(dataset_id: str) -> bool:
    try:
        tk.check_access("package_show", {"user": tk.current_user.name}, {"id": dataset_id})
    except tk.NotAuthorized:
        return False
    return True


def _find_datasets(references: list[str]) -> dict[str, model.Package]:
    """Return the dataset that each reference names, or that the file or view that it names belongs to."""
    if not references:
        return {}
    package, view, file = model.Package, model.ResourceView, model.Resource
    wanted = set(references)
    query = model.Session.query(package).filter(sa.or_(package.id.in_(wanted), package.name.in_(wanted)))
    found = {reference: dataset for dataset in query for reference in {dataset.id, dataset.name} & wanted}
    others = [reference for reference in references if reference not in found and model.is_id(reference)]
    if others:
        views: Any = model.Session.query(view.id, view.resource_id).filter(view.id.in_(others))
        files: dict[str, str] = {row[0]: row[1] for row in views}
        rows = model.Session.query(file).filter(file.id.in_({files.get(other, other) for other in others}))
        datasets = {resource.id: resource.package for resource in rows}
        found |= {other: datasets[files.get(other, other)] for other in others if files.get(other, other) in datasets}
    return found


# The answer


def _put_in_again(response: Response, nothing: dict[str, str]) -> Response:
    if response.location:
        response.location = _restore(str(response.location), nothing)
    if not response.is_streamed and (response.mimetype or "").startswith(("text/", "application/json")):
        response.set_data(_restore(response.get_data(as_text=True), nothing))
    return response


def _restore(text: str, nothing: dict[str, str]) -> str:
    """The text with what was asked: a name or id that there is, so that it needs no escaping."""
    for asked, stand_in in nothing.items():
        text = text.replace(stand_in, asked)
    return text
