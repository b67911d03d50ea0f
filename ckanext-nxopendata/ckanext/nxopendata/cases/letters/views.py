"""The way to the letters of a case."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.letters import paper, signature
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.web import MEDIA_TYPES, act, download, require_login
from ckanext.nxopendata.register.reports import document

nx_case_letters = Blueprint("nx_case_letters", __name__)

FORMATS = {"docx": document.as_word, "pdf": document.as_pdf}


@nx_case_letters.route("/case/<case_id>/letter-<int:place>.<suffix>")
def letter(case_id: str, place: int, suffix: str) -> Any:
    """Send one letter of a case, for those who take part in it."""
    require_login(tk._("Log in to see your cases"))
    case = act("nx_case_show", id=case_id)
    kind = registry.kinds()[case["kind"]]
    events = [event for event in case["events"] if place and event["letter"] == place]
    if suffix not in FORMATS or not events:
        return tk.abort(404, tk._("There is no such letter"))
    event = events[0]
    outcome = event["detail"].get("outcome") or ""
    department = event["detail"].get("signer") or signature.name_signer(case["owner_org"])
    content = paper.build(
        case,
        kind,
        kind.step(event["action"]),
        event,
        place=place,
        department=department,
        outcome=outcome,
        calendar=holidays.calendar(),
    )
    name = f"{paper.letter_number(case, kind, place)}.{suffix}"
    return download(FORMATS[suffix](content), name, MEDIA_TYPES[suffix])
