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
    _confirm_addresses()
    for case in yaml.safe_load(CASES.read_text(encoding="utf-8")):
        _forget_how_often()
        _load_case(act, case)
    _publish_register()


def _forget_how_often() -> None:
    """Let the accounts of the demonstration ask once more: what is loaded at once is a month's work of people."""
    import ckan.plugins.toolkit as tk

    from ckanext.nxopendata.core.redis import client

    for name in ("case*", "feedback*"):
        for key in client().scan_iter(f"nx:limit:{tk.config['ckan.site_id']}:{name}"):
            client().delete(key)


def _publish_register() -> None:
    """Put the register of cases into the catalogue; an officer's work, as ``ckan nx cases publish``."""
    from ckanext.nxopendata.cases.register_dataset import entry

    entry.publish()


def _confirm_addresses() -> None:
    """Confirm the addresses of those who ask, as the link of a letter would."""
    from ckan import model

    from ckanext.nxopendata.cases.applicants import assurance

    for name in {case["by"] for case in yaml.safe_load(CASES.read_text(encoding="utf-8"))}:
        if (user := model.User.get(name)) is not None:
            assurance.confirm(user)
    model.Session.commit()


def _load_case(act: Act, case: dict[str, Any]) -> None:
    about: dict[str, Any] = {}
    if title := case.get("dataset"):
        about["dataset"] = _find_dataset(act, title)
    if "department" in case:
        about["department"] = case["department"]
    if "file" in case:
        about["resource"] = _find_table(act, about["dataset"], case["file"])
    shown = _begin(act, case, about)
    if len(shown["events"]) > 1:  # the demo was loaded before
        return
    for picture in case.get("pictures", ()):
        _add_picture(case["by"], shown["id"], **picture)
    for step in case.get("steps", ()):
        if change := step.get("change"):  # what the department corrects in its entry
            act("package_patch", id=about["dataset"], **change)
        if days := step.get("overdue"):
            _let_pass(shown["id"], days)
            continue
        if days := step.get("silent"):
            _let_applicant_be_silent(shown["id"], days)
            continue
        if step.get("ended"):
            _let_grant_end(shown["id"])
            continue
        if text := step.get("report"):
            duty = next(duty["id"] for duty in shown["duties"] if duty["state"] in ("due", "violated"))
            shown = _as_person(step["by"], "nx_case_duty_perform", id=shown["id"], duty=duty, statement=text)
            continue
        if text := step.get("message"):
            shown = _as_person(step["by"], "nx_case_message_create", id=shown["id"], text=text)
            continue
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


def _begin(act: Act, case: dict[str, Any], about: dict[str, Any]) -> Any:
    """Ask for what the case asks for; a message is written on the page of its dataset."""
    if case["kind"] != "message":
        answers = _answers(act, case["answers"])
        data = {"kind": case["kind"], "client_key": case["key"], "answers": answers}
        return _as_person(case["by"], "nx_case_create", **data, **about)
    said = case["answers"]
    case_id = _find_message(said["text"])
    if not case_id:
        words = {"kind": said["topic"], "text": said["text"], "name": said.get("signed", "")}
        case_id = _as_person(case["by"], "nx_feedback_create", id=about["dataset"], **words)["id"]
    return _as_person(case["by"], "nx_case_show", id=case_id)


def _find_message(text: str) -> str:
    """The id of the message with this text that the demo wrote before, "" for none."""
    import sqlalchemy as sa
    from ckan import model

    from ckanext.nxopendata.cases.models import Case

    query = sa.select(Case.id).where(Case.kind == "message", Case.answers["text"].astext == text)
    return model.Session.scalars(query).first() or ""


def _let_applicant_be_silent(case_id: str, days: int) -> None:
    """Set the day by which the applicant is to answer so many days back, as time would."""
    from ckan import model

    from ckanext.nxopendata.cases.models import Case
    from ckanext.nxopendata.core.timezone import today

    case = model.Session.get(Case, case_id)
    if case is not None:
        case.reply_due = today() - dt.timedelta(days=days)
    model.Session.commit()


def _let_grant_end(case_id: str) -> None:
    """Let the permission of a case have ended yesterday, and do what follows of it."""
    from ckan import model

    from ckanext.nxopendata.cases.models import Case
    from ckanext.nxopendata.cases.process import reminders
    from ckanext.nxopendata.core.timezone import now, today
    from ckanext.nxopendata.licences.agreements.models import Agreement

    case = model.Session.get(Case, case_id)
    agreement = model.Session.get(Agreement, case.agreement_id) if case is not None else None
    if case is None or agreement is None:
        raise SystemExit(f"cases.yaml: nothing was granted in {case_id}")
    day = dt.timedelta(days=1)
    case.answers = {**case.answers, "agreed_ends": (today() - day).isoformat()}
    agreement.starts, agreement.ends = now() - 30 * day, now() - day
    model.Session.commit()
    for _ended in reminders.end_agreements():
        model.Session.commit()


def _let_pass(case_id: str, days: int) -> None:
    """Set what has to be done by a day that is so many days past, as time would."""
    from ckan import model

    from ckanext.nxopendata.cases.duties import duty_store
    from ckanext.nxopendata.core.timezone import today

    for duty in duty_store.list_duties(case_id):
        if duty.performed is None and not duty.void:
            duty.due = today() - dt.timedelta(days=days)
    model.Session.commit()


def _as_person(name: str, action: str, /, **data: Any) -> Any:
    import ckan.plugins.toolkit as tk
    from ckan import model

    return tk.get_action(action)({"user": name, "auth_user_obj": model.User.get(name)}, data)


def _add_picture(name: str, case_id: str, *, file: str, title: str) -> None:
    from werkzeug.datastructures import FileStorage

    with (ROOT / file).open("rb") as picture:
        upload = FileStorage(picture, filename=file.rpartition("/")[2])
        _as_person(name, "nx_case_file_create", id=case_id, role="picture", title=title, upload=upload)


def _find_table(act: Act, dataset: str, format_name: str) -> str:
    """The id of the first file of a format, whose table is loaded now if no worker has done it yet."""
    from ckanext.nxopendata.tables.loading import jobs

    found = next(one for one in act("package_show", id=dataset)["resources"] if one["format"].upper() == format_name)
    if act("nx_table_show", id=found["id"])["state"] != "ready":
        jobs.load_file(found["id"])
    return found["id"]


def _find_dataset(act: Act, title: str) -> str:
    for dataset in act("package_search", q=title, rows=20)["results"]:
        if dataset["title"] == title:
            return dataset["name"]
    raise SystemExit(f"cases.yaml: there is no dataset {title}")


def _find_number(key: str) -> str:
    """The number of a case of this file, by its key."""
    import sqlalchemy as sa
    from ckan import model

    from ckanext.nxopendata.cases.models import Case

    return model.Session.scalars(sa.select(Case).where(Case.client_key == key)).one().number


def _answers(act: Act, given: dict[str, Any]) -> dict[str, Any]:
    from ckanext.nxopendata.cases.definitions import quarter
    from ckanext.nxopendata.core.timezone import today

    answers = dict(given)
    for name in IN_DAYS:
        if name in answers:
            answers[name] = (today() + dt.timedelta(days=answers[name])).isoformat()
    if "merged_into" in answers:
        answers["merged_into"] = _find_number(answers["merged_into"])
    if "planned_for" in answers:  # the quarter of a day, as many days from today
        answers["planned_for"] = quarter.of_day(today() + dt.timedelta(days=answers["planned_for"]))
    if "fulfilled_by" in answers:
        answers["fulfilled_by"] = _find_dataset(act, answers["fulfilled_by"])
    return answers
