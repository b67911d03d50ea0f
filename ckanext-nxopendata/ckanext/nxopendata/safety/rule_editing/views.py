"""Page: the province's own rules."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.web import act, call_action, require_login

EXAMPLE = """rules:
  - id: 10001
    name: {zh: 林权证号, en: Numbers of forest certificates}
    level: 2
    class: 个人信息/财产
    find: {pattern: "林证字[0-9]{8}"}
    action: sign
    basis: 个人信息保护法 第四条
    treatment: mask
    examples:
      found: [{text: 编号林证字20260001}]
      not_found: [{text: 林证字号}]
"""

nx_safety_rules = Blueprint("nx_safety_rules", __name__)


@nx_safety_rules.route("/safety/rules", methods=["GET", "POST"])
def rules() -> Any:
    """The rules that are in force; a form for each file of the province, and for a new one."""
    require_login(tk._("Log in to see which files wait for a safety check"))
    errors: dict[str, list[str]] = {}
    form = {name: tk.request.form.get(name, "") for name in ("name", "text")}
    if tk.request.method == "POST":
        try:
            call_action("nx_safety_rules_update", **form)
            return tk.redirect_to("nx_safety_rules.rules")
        except tk.ValidationError as problem:
            errors = problem.error_dict  # pyright: ignore[reportAssignmentType]
        except tk.NotAuthorized as problem:
            return tk.abort(403, str(problem.message or tk._("You may not do this")))
    shown = act("nx_safety_rules_show")
    files = shown["files"]
    if errors and form["name"] in {file["name"] for file in files}:
        files = [file | {"text": form["text"]} if file["name"] == form["name"] else file for file in files]
    new = form if errors and form["name"] not in {file["name"] for file in files} else {"name": "", "text": EXAMPLE}
    language = "en" if reader_language() == "en" else "zh"
    data = {"shown": shown, "files": files, "new": new, "errors": errors, "language": language, "named": form["name"]}
    return tk.render("nx_safety/rules.html", data)
