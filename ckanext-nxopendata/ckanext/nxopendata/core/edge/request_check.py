"""Check every request before its view: what it holds can be stored, and an action's parameters have their types.

A person gets a page that names the field (400; 404 for an address), a program the errors by field as CKAN gives them
(409), or why its body cannot be read (400, 413, 415); all in the language of the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import logic
from ckan.lib.search import SearchError, SearchQueryError
from flask import Flask, Response, abort, current_app, request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadHost, BadRequest, RequestEntityTooLarge, UnsupportedMediaType, default_exceptions

from ckanext.nxopendata.core.edge import accept_language, ckan_actions, hidden_objects, parameters, payload

API = "api.action"

LARGEST_JSON = 64 * 1024 * 1024
LARGEST_ANONYMOUS_JSON = 1024 * 1024
"""Bytes of a call of the API: of those who are signed in, and of everybody."""

MISSING = "missing"
NO_FUNCTION = "no function"

FUNCTION = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){0,5}", re.ASCII)
"""A name of a JavaScript function. Of ``callback`` CKAN makes the first words of a script of this site (JSONP)."""

MESSAGES = {
    payload.NOT_STORABLE: _("This holds a character that cannot be stored: type the text again"),
    payload.TOO_BIG: _("The number is too big"),
    payload.NOT_A_NUMBER: _("This is not a number that can be stored"),
    payload.TOO_DEEP: _("Lists and objects are nested too deeply here"),
    MISSING: _("Missing value"),
    parameters.NOT_TEXT: _("Write one text here, not a list, a table or a bare number"),
    parameters.NOT_NUMBER: _("Must be a whole number"),
    parameters.NOT_COUNT: _("Must be a whole number from 0"),
    parameters.NOT_FLAG: _("Must be true or false"),
    parameters.NOT_TEXTS: _("Write a list of texts here"),
    parameters.NOT_ROWS: _("Write a list of rows here, each with its fields"),
    parameters.NOT_MAPPING: _("Write an object with fields and their values here"),
    parameters.NOT_MOMENT: _("This is no moment that has a date"),
    parameters.NOT_PATH: _("Write an address here that begins with /"),
    parameters.NO_CHOICE: _("This is not one of the values that can be chosen"),
    NO_FUNCTION: _("Write the name of a JavaScript function here"),
    parameters.TOO_MANY: _("Write at most {most} at once, and the others in further calls"),
}
"""Code -> its text."""

NOT_JSON = _("The body of the request is not JSON that can be read: check it for typing errors")
NOT_AN_OBJECT = _("Send the parameters as one JSON object, for example {example}")
WRONG_TYPE = _("Send the parameters as JSON, with the header Content-Type: application/json")
TOO_LARGE = _("The request is too large: at most {number} MB")


def install(app: Flask) -> None:
    """Have an application check its requests, directly after CKAN has found out who asks. Idempotent."""
    if "nx_edge" in app.extensions:
        return
    app.extensions["nx_edge"] = True
    app.json = payload.BoundedJSONProvider(app)
    # Before what plugins have done before every view: they look things up by what the address holds.
    app.before_request_funcs.setdefault(None, []).insert(1, check_request)
    # Flask runs these from the last to the first: the others see the answer that is given.
    hidden_objects.install(app)
    app.after_request(accept_language.add_vary)
    app.register_error_handler(logic.NotFound, _answer_not_found)
    app.register_error_handler(logic.NotAuthorized, _answer_not_authorized)
    app.register_error_handler(logic.ValidationError, _answer_invalid)
    app.register_error_handler(SearchError, _answer_search_error)


def check_request() -> Response | None:
    """Refuse a request that holds what cannot be stored, or parameters of other types than their action's."""
    if not _has_host():
        return Response("Bad Request", 400, content_type="text/plain")  # without a host no page can be made
    accept_language.choose_language()
    if any(payload.UNSTORABLE.search(str(value)) for value in (request.view_args or {}).values()):
        abort(404)
    is_call = request.endpoint == API
    for pairs in (request.headers.items(), request.args.items(multi=True)):
        if found := _find_problem(pairs):
            return _refuse(is_call, found)
    if is_call:
        callback = request.args.get("callback")
        if callback and not (len(callback) < 200 and FUNCTION.fullmatch(callback)):
            return _refuse(True, {"callback": NO_FUNCTION})
        return _check_call()
    return _check_page()


# What a request holds


def _has_host() -> bool:
    """Whether addresses of this site can be made of the host that the request names."""
    try:
        return bool(request.root_url) and not isinstance(request.routing_exception, BadHost)
    except ValueError:  # a port beyond 65535, or what is no encoded name
        return False


def _form_pairs() -> Iterable[tuple[str, str]]:
    yield from request.form.items(multi=True)
    yield from ((name, file.filename or "") for name, file in request.files.items(multi=True))


def _find_problem(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The name of the first pair that holds what cannot be stored or read, as it can be shown, and what is wrong."""
    for name, value in pairs:
        problem = payload.NOT_STORABLE if payload.UNSTORABLE.search(name) else payload.find_problem(value)
        if problem:
            return {_printable(name): problem}
    return {}


def _printable(name: str) -> str:
    return payload.UNSTORABLE.sub("", name)[:100] or "?"


# Pages


def _check_page() -> Response | None:
    endpoint = request.endpoint or ""
    for name, type_ in {**ckan_actions.PAGE_FIELDS, **ckan_actions.FIELDS_OF_PAGE.get(endpoint, {})}.items():
        for value in request.args.getlist(name):
            if problem := parameters.check_type(value, type_):
                return _refuse(False, {name: problem})
    if request.method not in ("POST", "PUT", "PATCH"):
        return None
    if found := _find_problem(_form_pairs()):
        return _refuse(False, found)
    missing = next((name for name in ckan_actions.FORM_FIELDS.get(endpoint, ()) if name not in request.form), None)
    return _refuse(False, {missing: MISSING}) if missing else None


# Calls of the API


def _check_call() -> Response | None:
    name = (request.view_args or {})["logic_function"]
    try:
        action = tk.get_action(name)
    except KeyError:
        return None  # CKAN answers
    most = LARGEST_JSON if tk.current_user.is_authenticated else LARGEST_ANONYMOUS_JSON
    if request.mimetype != "multipart/form-data":  # files have limits of their own
        request.max_content_length = most
    try:
        if request.method in ("POST", "PUT") and (found := _find_problem(_form_pairs())):
            return _refuse(True, found)
        data = _read_parameters(action)
    except RequestEntityTooLarge:
        return _answer_unreadable(413, str(TOO_LARGE).format(number=most // 1024 // 1024))
    except UnsupportedMediaType:
        return _answer_unreadable(415, str(WRONG_TYPE))
    except (BadRequest, ValueError) as error:
        return _answer_unreadable(400, str(MESSAGES[payload.TOO_DEEP] if _is_of_nesting(error) else NOT_JSON))
    if data is None:
        data = {}
    if not isinstance(data, dict):
        return _answer_unreadable(400, str(NOT_AN_OBJECT).format(example='{"id": "…"}'))
    if not tk.current_user.is_authenticated and ckan_actions.tells_of_accounts(name, data):
        return _answer(403, {"message": tk._("Access denied")}, "Authorization Error")
    if problems := _find_problems(name, action, data):
        return _refuse(True, problems)
    if ckan_actions.names_nothing(name, data):
        return _answer(404, {"message": tk._("Not found")}, "Not Found Error")
    if name in ckan_actions.FOR_PEOPLE and not tk.current_user.is_authenticated:
        return _answer(403, {"message": tk._("Access denied")}, "Authorization Error")
    return None


def _read_parameters(action: Any) -> Any:
    """The parameters of a call, read as CKAN's view does from the form, the address or the body; None of none.

    Raises:
        BadRequest, ValueError: the body is no JSON.
    """
    reads = getattr(action, "side_effect_free", False)
    if request.method in ("POST", "PUT") and request.form:
        values = list(request.form.values())
        if len(values) == 1 and values[0] in ("1", ""):  # JSON that the client calls a form
            return payload.parse_json(next(iter(request.form)))
        return _flatten(request.form)
    if request.args and reads:
        return _flatten(request.args)
    if request.method == "GET" and not reads:
        return None  # CKAN asks for POST
    return request.get_json() if request.get_data() else None


def _is_of_nesting(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that the JSON is nested too deeply."""
    while error is not None and not isinstance(error, payload.NestingError):
        error = error.__cause__ or error.__context__
    return error is not None


def _flatten(values: MultiDict[str, str]) -> dict[str, Any]:
    """Values by name; a list where a name comes more than once."""
    return {name: several[0] if len(several) == 1 else several for name, several in values.to_dict(flat=False).items()}


def _find_problems(name: str, action: Any, data: dict[str, Any]) -> dict[str, str]:
    """Parameter -> code, of all that are wrong."""
    reads = getattr(action, "side_effect_free", False)
    types = {**parameters.find_types(action), **ckan_actions.TYPES.get(name, {})}
    problems: dict[str, str] = {}
    for parameter, value in list(data.items()):
        problem = (
            payload.find_problem(parameter)
            or payload.find_problem(value)
            or parameters.find_type_problem(parameter, value, types, reads=reads)
        )
        if problem:
            problems[_printable(parameter)] = problem
        elif reads and (value is None or parameters.is_empty_number(parameter, value, types)):
            _forget(data, parameter)
    if not problems and (missing := ckan_actions.find_missing_parameter(name, data)):
        problems[missing] = MISSING
    return problems


def _forget(data: dict[str, Any], parameter: str) -> None:
    """Take what is no value out of a call, null or a number that was left empty: CKAN's view reads what is left."""
    del data[parameter]  # the body is parsed once
    if parameter in request.args:
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != parameter]
        request.args = ImmutableMultiDict(kept)  # pyright: ignore[reportAttributeAccessIssue]  Flask's property


# The answers


def _text(code: str) -> str:
    return str(MESSAGES[code]).format(most=parameters.MOST_TEXTS)


def _refuse(is_call: bool, problems: dict[str, str]) -> Response:
    if is_call:
        return _answer(409, {name: [_text(code)] for name, code in problems.items()}, "Validation Error")
    name, code = next(iter(problems.items()))
    return abort(400, tk._("{field}: {problem}").format(field=name, problem=_text(code)))


def _answer_unreadable(status: int, message: str) -> Response:
    return _answer(status, {"message": message}, "Bad Request")


def _answer(status: int, errors: dict[str, Any], kind: str) -> Response:
    """The errors as CKAN's own view gives them."""
    name = (request.view_args or {}).get("logic_function", "")
    address = tk.url_for(API, logic_function="help_show", ver=3, name=name, _external=True)
    body = {"help": address, "success": False, "error": errors | {"__type": kind}}
    return Response(tk.h.dump_json(body), status, content_type="application/json;charset=utf-8")


# Errors of the logic layer that a view lets through


def _answer_not_found(error: logic.NotFound) -> Any:
    return _show_error(404, str(error.message or ""))


def _answer_not_authorized(error: logic.NotAuthorized) -> Any:
    return _show_error(403 if tk.current_user.is_authenticated else 401, str(error.message or ""))


def _answer_invalid(error: logic.ValidationError) -> Any:
    texts = [text for value in error.error_dict.values() for text in (value if isinstance(value, list) else [value])]
    return _show_error(400, "; ".join(text for text in texts if isinstance(text, str)))


def _answer_search_error(error: SearchError) -> Any:
    """A search that Solr does not understand is the reader's; any other failure is ours."""
    if not isinstance(error, SearchQueryError) and "HTTP 400" not in str(error):
        raise error
    return _show_error(400, tk._("The search could not be understood. Check its words, filters and order."))


def _show_error(status: int, message: str) -> Any:
    """CKAN's error page for the status."""
    return current_app.handle_http_exception(default_exceptions[status](message or None))
