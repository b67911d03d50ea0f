"""Notices to the public: the list, one notice, and the form of the supervising office."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act, pager

announcements = Blueprint("nx_announcement", __name__, url_prefix="/announcement")

PAGE = 20


def _render(name: str, **variables: Any) -> str:
    return tk.render(f"nx/announcement/{name}.html", variables)


@announcements.route("/")
def index() -> str:
    """All notices, newest first."""
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_announcement_list", limit=PAGE, offset=(page - 1) * PAGE)
    numbers = pager(page, found["count"], PAGE)
    return _render("index", notices=found["results"], page=numbers)


@announcements.route("/<announcement_id>")
def show(announcement_id: str) -> str:
    """One notice."""
    return _render("show", notice=_found(announcement_id))


@announcements.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Write a notice."""
    return _form({}, "nx_announcement_create")


@announcements.route("/<announcement_id>/edit", methods=["GET", "POST"])
def edit(announcement_id: str) -> Any:
    """Write it anew."""
    notice = _found(announcement_id)
    values = {f"{field}_{lang}": text for field in ("title", "text") for lang, text in notice[field].items()}
    values |= {"id": notice["id"], "day": notice["day"], "until": notice["until"] or ""}
    return _form(values, "nx_announcement_update")


@announcements.route("/<announcement_id>/delete", methods=["POST"])
def delete(announcement_id: str) -> Any:
    """Delete it."""
    act("nx_announcement_delete", id=announcement_id)
    return tk.redirect_to("nx_announcement.index")


def _found(announcement_id: str) -> dict[str, Any]:
    return act("nx_announcement_show", id=announcement_id)


def _form(values: dict[str, Any], action: str) -> Any:
    try:
        tk.check_access(action, {"user": tk.current_user.name}, {})
    except tk.NotAuthorized as refused:
        tk.abort(403, str(refused))
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        names = ("title_zh", "title_en", "text_zh", "text_en", "day", "until")
        values |= {name: tk.request.form.get(name, "").strip() for name in names}
        try:
            done = act(action, **values)
            return tk.redirect_to("nx_announcement.show", announcement_id=done["id"])
        except tk.ValidationError as problem:
            errors = problem.error_dict
    return _render("form", values=values, errors=errors)
