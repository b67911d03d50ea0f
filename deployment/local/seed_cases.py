"""The cases of the demo, from ``demo-data/cases.yaml``: each person does what is theirs, through the actions.

Called by ``local.seed`` after the harvest. A case that is there already is left as it is.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import yaml

from local.stack import ROOT, say

CASES = ROOT / "deployment" / "demo-data" / "cases.yaml"

IN_DAYS = ("ends", "agreed_ends")
"""Answers that are days, written as how many days from today."""

Act = Callable[..., Any]


def load(act: Act) -> None:
    """Begin the cases and take their steps, once."""
    say("办理演示的事项", "working through the cases")
    for case in yaml.safe_load(CASES.read_text(encoding="utf-8")):
        _load_case(act, case)


def _load_case(act: Act, case: dict[str, Any]) -> None:
    about: dict[str, Any] = {}
    if title := case.get("dataset"):
        about["dataset"] = _find_dataset(act, title)
    if "department" in case:
        about["department"] = case["department"]
    shown = _as_person(
        case["by"],
        "nx_case_create",
        kind=case["kind"],
        client_key=case["key"],
        answers=_answers(act, case["answers"]),
        **about,
    )
    if len(shown["events"]) > 1:  # the demo was loaded before
        return
    for step in case.get("steps", ()):
        shown = _as_person(
            step["by"],
            "nx_case_advance",
            id=shown["id"],
            version=shown["version"],
            action=step["action"],
            opinion=step.get("opinion", ""),
            outcome=step.get("outcome", ""),
            answers=_answers(act, step.get("answers", {})),
        )


def _as_person(name: str, action: str, /, **data: Any) -> Any:
    import ckan.plugins.toolkit as tk
    from ckan import model

    return tk.get_action(action)({"user": name, "auth_user_obj": model.User.get(name)}, data)


def _find_dataset(act: Act, title: str) -> str:
    for dataset in act("package_search", q=title, rows=20)["results"]:
        if dataset["title"] == title:
            return dataset["name"]
    raise SystemExit(f"cases.yaml: there is no dataset {title}")


def _answers(act: Act, given: dict[str, Any]) -> dict[str, Any]:
    from ckanext.nxopendata.core.timezone import today

    answers = dict(given)
    for name in IN_DAYS:
        if name in answers:
            answers[name] = (today() + dt.timedelta(days=answers[name])).isoformat()
    if "fulfilled_by" in answers:
        answers["fulfilled_by"] = _find_dataset(act, answers["fulfilled_by"])
    return answers
