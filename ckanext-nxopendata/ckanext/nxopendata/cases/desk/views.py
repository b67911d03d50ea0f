"""Pages of the cases: forms, lists, one case with its steps."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.channel import find_channel
from ckanext.nxopendata.cases.definitions.kind import (
    ANSWERED,
    ANYONE,
    APPLICANT,
    DATASET,
    DEPARTMENT,
    ENDED,
    OPEN,
    WAITING,
    Kind,
)
from ckanext.nxopendata.cases.desk import forms
from ckanext.nxopendata.cases.disclosure import public_store, similar
from ckanext.nxopendata.cases.process.schema import ATTENTION
from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.web import act, call_action, pager, require_access, require_login

nx_cases = Blueprint("nx_cases", __name__)

PAGE = 20


@nx_cases.before_request
def keep_private() -> None:
    """Keep the pages out of every cache: each is one person's."""
    tk.request.environ["__no_cache__"] = True


def _render(name: str, **variables: Any) -> str:
    return tk.render(f"nx_cases/{name}.html", variables)


@nx_cases.route("/case/start")
def start() -> str:
    """What can be asked for."""
    return _render("start", kinds=[kind for kind in registry.kinds().values() if kind.applicants != ANYONE])


@nx_cases.route("/case/new/<kind_name>", methods=["GET", "POST"])
def new(kind_name: str) -> Any:
    """The form of a kind, for the dataset that the address names."""
    kind = registry.kinds().get(kind_name)
    if kind is None:
        return tk.abort(404, tk._("There is no such form"))
    if kind.applicants == ANYONE:
        dataset = tk.request.args.get("dataset", "")
        return tk.redirect_to("nx_feedback.new", dataset_id=dataset) if dataset else tk.redirect_to("nx_cases.start")
    if not tk.current_user.is_authenticated or not _may_create(kind):
        # The links to it are for everybody: it says how one signs in, or is known as surely as the kind asks.
        return Response(_render("sign_in", kind=kind), 200 if tk.request.method == "GET" else 403)
    about = {name: tk.request.values.get(name, "") for name in ("dataset", "resource", "department", "applicant_org")}
    pkg = _dataset(about["dataset"]) if kind.about == DATASET and about["dataset"] else None
    # A link may say what the form is about, such as what somebody searched for in vain.
    values = {name: text for name, text in forms.read_form(kind.fields, tk.request.args).items() if text}
    errors: dict[str, Any] = {}
    alike: dict[str, list[dict[str, Any]]] = {}
    if tk.request.method == "POST":
        form = tk.request.form
        values = forms.read_form(kind.fields, form)
        key, wrong = forms.read_stamp(form.get("stamp", ""))
        if forms.is_filled_by_machine(form):
            return tk.redirect_to("nx_cases.start")
        if kind.votes and not wrong and not form.get("seen"):
            alike = _list_similar(values.get("subject") or "")
        if wrong:
            errors = {"stamp": [wrong]}
        elif alike:
            message = tk._("Something similar is there already. Look at these, or send yours all the same.")
            errors = {"stamp": [message]}
        else:
            try:
                made = call_action("nx_case_create", kind=kind.name, client_key=key, answers=values, **about)
                tk.h.flash_success(tk._("Received. This page says where it stands and what is asked of you."))
                return tk.redirect_to("nx_cases.show", case_id=made["id"])
            except tk.ValidationError as problem:
                errors = problem.error_dict
            except tk.ObjectNotFound as problem:
                errors = {"dataset": [str(problem.message)]}
    return _render(
        "new",
        kind=kind,
        pkg=pkg,
        about=about,
        values=values,
        errors=errors,
        alike=alike,
        stamp=forms.make_stamp(),
        columns=[item["name"] for item in (pkg or {}).get("nx_items") or [] if item.get("name")],
        own=_own_departments() if kind.applicants == DEPARTMENT else [],
    )


def _list_similar(subject: str) -> dict[str, list[dict[str, Any]]]:
    """The datasets and the demands that are similar to what is asked for; {} without any."""
    demands = call_action("nx_case_demand_list", similar=subject)["results"] if subject else []
    found = {"datasets": similar.list_datasets(subject), "demands": demands}
    return found if any(found.values()) else {}


def _may_create(kind: Kind) -> bool:
    """Return whether the reader is known as surely as the kind asks."""
    return bool(tk.h.check_access("nx_case_create", {"kind": kind.name}))


def _dataset(reference: str) -> dict[str, Any] | None:
    found = _find_dataset(reference.rstrip("/").rpartition("/")[2])
    return found or tk.abort(404, tk._("There is no such dataset"))


def _find_dataset(reference: str) -> dict[str, Any] | None:
    """Return a dataset that the reader may see; None of one that is not there, or not for them."""
    try:
        return call_action("package_show", id=reference)
    except (tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError):
        return None


def _list_files(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The files that a case is about; none once the reader cannot see their dataset: the case goes on without them."""
    resources = (_find_dataset(case["dataset_id"]) or {}).get("resources", []) if case["dataset_id"] else []
    return [one for one in resources if case["resource_id"] in ("", one["id"])]


def _own_departments() -> list[tuple[str, str]]:
    found = call_action("organization_list_for_user", permission="update_dataset")
    return [(one["id"], one["display_name"] or one["name"]) for one in found]


@nx_cases.route("/case")
def mine() -> str:
    """The reader's own cases."""
    require_login(tk._("Log in to see your cases"))
    return _list("mine", ())


@nx_cases.route("/case/desk")
def desk() -> str:
    """What the reader's departments answer, by its time limit."""
    require_login(tk._("Log in to see the cases of your department"))
    return _list("desk", (OPEN, WAITING))


@nx_cases.route("/case/board")
def board() -> str:
    """The cases of all departments, for the office."""
    require_access("nx_case_list", box="board")
    return _list("board", (OPEN,))


def _list(box: str, default: tuple[str, ...]) -> str:
    asked = tk.request.args
    number = tk.h.get_page_number(asked)
    phase = asked.get("phase", default[0] if default else "")
    attention = asked.get("attention", "") if asked.get("attention", "") in ATTENTION else ""
    if attention and default and phase == default[0]:
        phase = ""  # what is put before the government waits; the state that the form came with would hide it
    query = {
        "kind": asked.get("kind", "") if asked.get("kind", "") in registry.kinds() else "",
        "phase": phase if phase in (OPEN, WAITING, ANSWERED, ENDED) else "",
        "attention": attention,
        "overdue": "1" if asked.get("overdue") == "1" else "",
        "q": asked.get("q", "")[:100].replace("\0", ""),
    }
    found = call_action("nx_case_list", box=box, limit=PAGE, offset=(number - 1) * PAGE, **query)
    _add_translations(found["results"])
    pages = pager(number, found["count"], PAGE)
    steps = forms.list_batch_steps({case["kind"] for case in found["results"]}) if box == "desk" else []
    names = departments.titles(reader_language(), {case["owner_org"] for case in found["results"]} - {""})
    shown = {"cases": found["results"], "count": found["count"], "steps": steps, "names": names}
    shown["attention"] = call_action("nx_case_board_show") if box == "board" else {}
    return _render("list", box=box, query=query, page=pages, **shown)


def _add_translations(cases: list[dict[str, Any]]) -> None:
    """Add ``title_translated`` to those cases that are called as their dataset is; in one query."""
    named = {
        one["id"]: one["title_translated"] for one in public_store.name_datasets({one["dataset_id"] for one in cases})
    }
    for case in cases:
        case["title_translated"] = named[case["dataset_id"]] if case["title"] == case["dataset_title"] else {}


@nx_cases.route("/case/<case_id>")
def show(case_id: str) -> Any:
    """One case: where it stands, what is asked of whom and until when, what happened."""
    require_login(tk._("Log in to see your cases"))
    return _show(act("nx_case_show", id=case_id))


def _show(case: dict[str, Any], action: str = "", values: Any = None, errors: Any = None) -> str:
    _add_translations([case])
    kind = registry.kinds()[case["kind"]]
    granted = _list_granted(case) if kind.state_by_name[case["state"]].in_force else None
    more = {"values": values or {}, "errors": errors or {}, "granted": granted, "treated": _list_treatments(case)}
    more["taken"] = _list_uses(case["id"]) if case["agreement_id"] else None
    return _render("show", case=case, kind=kind, action=action, **more)


def _list_treatments(case: dict[str, Any]) -> list[tuple[str, str]]:
    """The files that are withheld, for those who answer: name, and the page where the data is treated."""
    state = registry.kinds()[case["kind"]].state_by_name[case["state"]]
    if not state.suspends or not p.plugin_loaded("nxopendata_safety") or not set(case["roles"]) - {APPLICANT}:
        return []
    return [
        (
            resource.get("name") or resource["url"],
            tk.h.url_for("nx_safety_treatment.treat", id=case["dataset_name"], resource_id=resource["id"]),
        )
        for resource in _list_files(case)
    ]


def _list_granted(case: dict[str, Any]) -> dict[str, Any]:
    """The files of a grant with the way to take each."""
    answers = case["answers"]
    is_part = any(answers.get(name) for name in ("columns", "agreed_columns", "agreed_rows", "agreed_quota"))
    files = []
    for resource in _list_files(case):
        url = tk.h.url_for("nx_case_grants.take", case_id=case["id"], file_id=resource["id"])
        name, kind = resource.get("name") or resource["url"], "CSV" if is_part else resource.get("format", "")
        files.append({"id": resource["id"], "name": name, "format": kind, "url": url if is_part else resource["url"]})
    return {"files": files, "channel": find_channel(answers)}


def _list_uses(case_id: str) -> dict[str, Any]:
    """What was taken of a grant, also once it has ended: one page of it, the newest first."""
    number = tk.h.get_page_number(tk.request.args)
    found = call_action("nx_case_use_list", id=case_id, limit=PAGE, offset=(number - 1) * PAGE)
    return {**found, "page": pager(number, found["count"], PAGE)}


@nx_cases.route("/case/<case_id>/step", methods=["POST"])
def step(case_id: str) -> Any:
    """Take a step."""
    require_login(tk._("Log in to see your cases"))
    form = tk.request.form
    case = act("nx_case_show", id=case_id)
    action = form.get("action", "")
    found = _find_step(registry.kinds()[case["kind"]], action)
    given = forms.read_form(found.fields, form) if found else {}
    words = {"opinion": forms.read_opinion(found, form), "outcome": form.get("outcome", "")}
    try:
        act("nx_case_advance", id=case_id, action=action, version=form.get("version", ""), answers=given, **words)
    except tk.ValidationError as problem:
        return _show(act("nx_case_show", id=case_id), action, {**given, **words}, problem.error_dict)
    tk.h.flash_success(tk._("Done. The other side is told."))
    return tk.redirect_to("nx_cases.show", case_id=case_id)


@nx_cases.route("/case/<case_id>/forward", methods=["POST"])
def forward(case_id: str) -> Any:
    """Give the case to another department."""
    require_login(tk._("Log in to see your cases"))
    words = {name: tk.request.form.get(name, "").strip() for name in ("version", "department", "opinion")}
    try:
        act("nx_case_forward", id=case_id, **words)
    except tk.ValidationError as problem:
        return _show(act("nx_case_show", id=case_id), "forward", words, problem.error_dict)
    tk.h.flash_success(tk._("Done. The other side is told."))
    return tk.redirect_to("nx_cases.desk")


@nx_cases.route("/case/desk/batch", methods=["POST"])
def batch() -> Any:
    """Take one step of several cases; each is decided on by itself, and what went wrong is told of each."""
    require_login(tk._("Log in to see the cases of your department"))
    form, done = tk.request.form, 0
    kind, action, outcome = (*form.get("action", "").split(":"), "", "", "")[:3]
    for chosen in form.getlist("case")[:PAGE]:
        case_id, _, version = chosen.partition(":")
        words = {"version": version, "outcome": outcome, "opinion": form.get("opinion", "").strip()}
        try:
            if call_action("nx_case_show", id=case_id)["kind"] != kind:
                raise tk.ValidationError({"action": [tk._("This step is one of another kind: left as it was")]})
            call_action("nx_case_advance", id=case_id, action=action, **words)
            done += 1
        except (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound) as problem:
            tk.h.flash_error(f"{form.get(f'number-{case_id}', '')[:20]} {forms.describe_problem(problem)}")
    if done:
        tk.h.flash_success(tk.ungettext("{number} case done.", "{number} cases done.", done).format(number=done))
    return tk.redirect_to("nx_cases.desk")


@nx_cases.route("/case/<case_id>/duty", methods=["POST"])
def duty(case_id: str) -> Any:
    """Say that a duty was done."""
    require_login(tk._("Log in to see your cases"))
    form = tk.request.form
    words = {"duty": form.get("duty", ""), "statement": form.get("statement", "").strip()}
    try:
        act("nx_case_duty_perform", id=case_id, **words)
    except tk.ValidationError as problem:
        return _show(act("nx_case_show", id=case_id), "duty", words, problem.error_dict)
    tk.h.flash_success(tk._("Done. The other side is told."))
    return tk.redirect_to("nx_cases.show", case_id=case_id, _anchor="nx-duties")


@nx_cases.route("/case/<case_id>/rating", methods=["POST"])
def rate(case_id: str) -> Any:
    """Say how content one is with the answer."""
    require_login(tk._("Log in to see your cases"))
    rating = tk.request.form.get("rating", "")
    try:
        act("nx_case_rate", id=case_id, rating=rating)
    except tk.ValidationError as problem:
        return _show(act("nx_case_show", id=case_id), "rating", {"rating": rating}, problem.error_dict)
    tk.h.flash_success(tk._("Thank you. It counts in the figures of the department, without your name."))
    return tk.redirect_to("nx_cases.show", case_id=case_id, _anchor="nx-rating")


def _find_step(kind: Kind, action: str) -> Any:
    return next((one for one in kind.steps if one.action == action), None)


@nx_cases.route("/case/<case_id>/message", methods=["POST"])
def message(case_id: str) -> Any:
    """Write to the other side."""
    require_login(tk._("Log in to see your cases"))
    text = tk.request.form.get("text", "").strip()
    try:
        act("nx_case_message_create", id=case_id, text=text)
    except tk.ValidationError as problem:
        return _show(act("nx_case_show", id=case_id), "message", {"text": text}, problem.error_dict)
    tk.h.flash_success(tk._("Sent."))
    return tk.redirect_to("nx_cases.show", case_id=case_id, _anchor="nx-history")
