"""Template helpers of the cases, for their own pages and for those of a dataset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from markupsafe import Markup, escape

from ckanext.nxopendata.cases.definitions import quarter, registry
from ckanext.nxopendata.cases.definitions.answers import describe_condition, write_conditions
from ckanext.nxopendata.cases.definitions.kind import ARTICLE, Field, Kind
from ckanext.nxopendata.cases.disclosure import anonymous, public_store
from ckanext.nxopendata.cases.process import case_store, suspension
from ckanext.nxopendata.core.display.helpers import nx_localised_html, nx_untranslated
from ckanext.nxopendata.core.language import is_chinese
from ckanext.nxopendata.core.timezone import today

AGREED = ("ends", "columns", "channel", "quota")
"""What is agreed on by a field of its own, ``agreed_…``."""


def nx_case_kinds() -> list[Kind]:
    """All kinds of cases."""
    return list(registry.kinds().values())


def nx_case_kind(name: str) -> Kind | None:
    """A kind of case; None for one that is no longer there."""
    return registry.kinds().get(name)


def nx_case_kind_title(name: str) -> str:
    """The name of a kind in the reader's language."""
    kind = registry.kinds().get(name)
    return nx_localised_html(kind.title) if kind else tk._("Unknown kind")


def nx_case_title(case: dict[str, Any]) -> str:
    """What a public case is about: its dataset in the reader's language, else the words of who wrote."""
    texts = case.get("title_translated")
    return nx_localised_html(texts) if texts and not is_chinese() else nx_untranslated(case["title"])


def nx_case_state(case: dict[str, Any]) -> str:
    """Where a case stands, in the reader's language."""
    kind = registry.kinds().get(case["kind"])
    state = kind.state_by_name.get(case["state"]) if kind else None
    return nx_localised_html(state.label) if state else tk._("Unknown state")


def nx_case_outcome(case: dict[str, Any]) -> dict[str, str]:
    """``label`` and ``basis`` of the outcome of a case, with its article; {} while there is none."""
    kind = registry.kinds().get(case["kind"])
    outcome = kind.outcome_by_code.get(case["outcome"]) if kind else None
    if outcome is None:
        return {}
    basis, article = nx_localised_html(outcome.basis), case["answers"].get(ARTICLE) if outcome.needs_article else ""
    return {
        "label": nx_localised_html(outcome.label),
        "basis": Markup("{} · {}").format(nx_untranslated(article), basis) if article else basis,
    }


def nx_case_answers(case: dict[str, Any]) -> list[tuple[str, str]]:
    """Question and answer of each field that was filled in, in the order of the form and of the steps."""
    kind = registry.kinds().get(case["kind"])
    rows, asked = [], anonymous.list_fields(kind) if kind else ()
    # Steps that lead to the same state ask the same; what was changed is a link of its own.
    filled = {one.name: one for one in reversed(asked) if one.type != "change" and case["answers"].get(one.name)}
    named = _name_datasets(case, filled.values())
    for field in filled.values():
        value = case["answers"][field.name]
        labels = {choice.value: nx_localised_html(choice.label) for choice in field.choices}
        if field.type == "metadata":
            labels = dict(tk.h.nx_case_metadata_fields())
        if field.type in ("dataset", "datasets"):
            labels = named
        if isinstance(value, dict):
            value = [describe_condition(name, condition) for name, condition in value.items()]
        values = value if isinstance(value, list) else [value]
        if field.type == "quarter":
            labels = {one: nx_case_quarter(one) for one in values}
        if field.type == "department":
            labels = {one: tk.h.nx_department_title(one) for one in values}
        shown = escape(tk._(", ")).join(tk._("Yes") if one is True else labels.get(one, one) for one in values)
        rows.append((nx_localised_html(field.label), shown))
    return rows[::-1]


def nx_case_proposed(case: dict[str, Any]) -> dict[str, Any]:
    """What stands in the fields of a grant before anybody wrote there: what was agreed on before, or applied for."""
    answers = case["answers"]
    proposed = {f"agreed_{name}": answers.get(f"agreed_{name}") or answers.get(name) for name in AGREED}
    proposed["agreed_rows"] = write_conditions(answers.get("agreed_rows") or {})
    proposed["feasible_columns"] = answers.get("feasible_columns") or answers.get("columns")
    return proposed


def nx_case_use_conditions(use: dict[str, Any]) -> list[str]:
    """The conditions on rows that held when something of a grant was taken, as they are written in a form."""
    several = [(name, one) for name, bounds in use["ranges"].items() for one in bounds]
    return [describe_condition(name, condition) for name, condition in (*use["filters"].items(), *several)]


def _name_datasets(case: dict[str, Any], fields: Iterable[Field]) -> dict[str, Markup | str]:
    """The datasets that answers name, as links; a case of a public list has them with it."""
    found = case.get("datasets")
    if found is None:
        values = [case["answers"][one.name] for one in fields if one.type in ("dataset", "datasets")]
        references = [one for value in values for one in (value if isinstance(value, list) else [value])]
        found = public_store.name_datasets(references) if references else []
    gone, link = tk._("A dataset that is no longer public"), Markup('<a href="{}">{}</a>')
    return {
        one["id"]: link.format(tk.url_for("dataset.read", id=one["dataset_name"]), nx_case_title(one))
        if one["dataset_name"]
        else gone
        for one in found
    }


def nx_case_outcomes(kind_name: str = "") -> list[tuple[str, str]]:
    """Code and label of the outcomes that a kind may have, or any public one; each code once."""
    kinds = [kind for kind in registry.kinds().values() if kind.public and kind_name in ("", kind.name)]
    labels = {one.code: nx_localised_html(one.label) for kind in reversed(kinds) for one in reversed(kind.outcomes)}
    return [(code, label) for code, label in reversed(labels.items())]


def nx_case_quarter(code: str) -> str:
    """A quarter in the reader's language; what an earlier version of a kind took as text stays as it was written."""
    if not quarter.CODE.fullmatch(code):
        return nx_untranslated(code)
    names = {
        "1": tk._("first quarter of {year}"),
        "2": tk._("second quarter of {year}"),
        "3": tk._("third quarter of {year}"),
        "4": tk._("fourth quarter of {year}"),
    }
    return names[code[5]].format(year=code[:4])


def nx_case_plan(code: str) -> str:
    """When something is planned to be open, in the reader's language."""
    return escape(tk._("Planned for: {quarter}")).format(quarter=nx_case_quarter(code))


def nx_case_quarters() -> list[tuple[str, str]]:
    """The quarters that a plan may name: code, and what it is called."""
    return [(code, nx_case_quarter(code)) for code in quarter.list_ahead(today())]


def nx_case_role(role: str) -> str:
    """What a role is called, in the reader's language."""
    names = {"applicant": tk._("Applicant"), "office": tk._("Supervising office"), "system": tk._("The system")}
    return names.get(role, tk._("Department"))


def nx_case_event(event: dict[str, Any]) -> str:
    """What happened, in the reader's language."""
    if event["label"] and event["target"]:
        return nx_localised_html(event["label"])
    names = {
        "create": tk._("Received"),
        "message": tk._("Message"),
        "remind": tk._("Reminder"),
        "report": tk._("Reported by a reader"),
        "forward": tk._("Given to another department"),
        "ending": tk._("Reminded that the permission ends"),
        "duty": tk._("Duty done"),
        "duty_due": tk._("Reminded of a duty"),
        "duty_late": tk._("A duty was not done in time: the permission is suspended"),
        "rate": tk._("Rated by the applicant"),
        "file": tk._("File added"),
        "file_gone": tk._("File taken away"),
        "recompute": tk._("Time limit computed anew by the calendar in force"),
    }
    return names.get(event["action"], tk._("Step of an earlier version"))


def nx_case_confidence(code: str) -> str:
    """How sure the days of a time limit are, in words; "" when the text of the article was seen."""
    return {"MH": tk._("likely, to be confirmed"), "MM": tk._("unconfirmed")}.get(code, "")


def nx_case_level(level: str) -> str:
    """How sure it is who applies, in the reader's language."""
    names = {
        "none": tk._("No account"),
        "account": tk._("An account, nothing confirmed"),
        "email": tk._("Account with a confirmed address"),
        "organisation": tk._("Organisation confirmed by the office"),
        "department": tk._("Staff of a department"),
    }
    return names.get(level, level)


def nx_case_ratings() -> list[tuple[int, str]]:
    """What may be said of an answer, the best first: number, and what it means."""
    return [
        (5, tk._("Very satisfied")),
        (4, tk._("Satisfied")),
        (3, tk._("Neither satisfied nor dissatisfied")),
        (2, tk._("Dissatisfied")),
        (1, tk._("Very dissatisfied")),
    ]


def nx_case_may_register() -> bool:
    """Whether readers make accounts themselves."""
    return bool(tk.h.check_access("nx_account_invite"))


def nx_case_has_desk() -> bool:
    """Whether the reader answers cases."""
    user = model.User.get(getattr(tk.current_user, "name", "") or "")
    return user is not None and case_store.has_desk(user)


def nx_case_suspension(dataset_id: str) -> str:
    """The number of the objection for which files of a dataset are withheld; "" for none."""
    case = suspension.find_suspending_case(dataset_id)
    return case.number if case else ""
