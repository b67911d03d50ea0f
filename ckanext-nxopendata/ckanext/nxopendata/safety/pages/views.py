"""Pages: what waits for somebody; what was found in the files of a dataset, sign-offs and recalls."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.file_access.doors import sends_no_data
from ckanext.nxopendata.core.web import act, call_action, require_login
from ckanext.nxopendata.safety.scanning import board as lists
from ckanext.nxopendata.safety.signoff.schema import KINDS

PAGE = 50

nx_safety = Blueprint("nx_safety", __name__)


@nx_safety.route("/safety")
def board() -> str:
    """Files that wait for somebody, by kind."""
    require_login(tk._("Log in to see which files wait for a safety check"))
    kind = tk.request.args.get("kind", "findings")
    if kind not in lists.KINDS:
        return tk.abort(404, tk._("There is no such list"))
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_safety_list", kind=kind, limit=PAGE, offset=(page - 1) * PAGE)
    data = {"kind": kind, "found": found, "page": page, "pages": -(-found["count"] // PAGE), "kinds": name_kinds()}
    return tk.render("nx_safety/board.html", data)


@nx_safety.route("/dataset/<id>/safety", methods=["GET", "POST"])
@sends_no_data
def dataset(id: str) -> Any:  # noqa: A002  CKAN's name for it
    """What was found in the files of a dataset, and what can be done about it."""
    require_login(tk._("Log in to see which files wait for a safety check"))
    errors: list[str] = []
    if tk.request.method == "POST":
        try:
            action, values = _read_form()
            call_action(action, **values)
            return tk.redirect_to("nx_safety.dataset", id=id)
        except tk.ValidationError as problem:
            errors = [f"{text}" for text in problem.error_summary.values()]
        except tk.NotAuthorized as problem:
            errors = [str(problem.message or tk._("You may not do this"))]
        except tk.ObjectNotFound as problem:
            errors = [str(problem.message or tk._("There is no such file or dataset"))]
    files = act("nx_safety_show", id=id)
    data = {
        # Who looks at what was found may not be one who sees the dataset: the office, and one that is not public yet.
        "pkg": tk.get_action("package_show")({"ignore_auth": True}, {"id": id}),
        "may_read": tk.h.check_access("package_show", {"id": id}),
        "files": files,
        "grade": act("nx_safety_grade_show", id=id),
        "kinds": name_signoffs(),
        "states": name_states(),
        "may_recall": tk.h.check_access("nx_safety_recall_create", {}),
        "errors": errors,
    }
    return tk.render("nx_safety/dataset.html", data)


def _read_form() -> tuple[str, dict[str, Any]]:
    """The action that a form of the page asks for, and what it gives it."""
    form = {name: value.strip() for name, value in tk.request.form.items()}
    step = form.get("step")
    if step == "propose":
        fields = ("id", "kind", "reason", "article", "until")
        return "nx_safety_signoff_create", {name: form.get(name, "") for name in fields}
    if step in ("approve", "reject"):
        data = {"id": form.get("id", ""), "approve": step == "approve", "opinion": form.get("opinion", "")}
        return "nx_safety_signoff_decide", data
    if step in ("recall", "lift"):
        name = "nx_safety_recall_create" if step == "recall" else "nx_safety_recall_lift"
        return name, {"id": form.get("id", ""), "reason": form.get("reason", "")}
    return "nx_safety_scan", {"id": form.get("id", "")}


def name_kinds() -> dict[str, str]:
    """Return the lists of the board by kind."""
    return {
        "findings": tk._("Something found"),
        "unreadable": tk._("Not readable"),
        "waiting": tk._("Waiting"),
        "proposed": tk._("Sign-off proposed"),
        "signed": tk._("Signed off"),
        "expiring": tk._("Sign-off ends soon"),
        "recall": tk._("Published, to come down"),
        "recalled": tk._("Recalled"),
    }


def name_signoffs() -> dict[str, str]:
    """Return the kinds of sign-offs in words."""
    texts = {
        "disclosure_list": tk._("The law wants it disclosed"),
        "consent": tk._("The persons consent"),
        "organisation_contact": tk._("Contacts of an organisation"),
        "synthetic": tk._("Made-up data"),
        "already_public": tk._("Already public elsewhere"),
    }
    return {kind: texts[kind] for kind in KINDS}


def name_states() -> dict[str, str]:
    """Return the states of a sign-off in words."""
    return {"proposed": tk._("Proposed"), "approved": tk._("Approved"), "rejected": tk._("Rejected")}
