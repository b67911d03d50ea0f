"""Template helpers of the review."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import codelists, localised, roles
from ckanext.nxopendata.core.language import is_chinese, reader_language
from ckanext.nxopendata.review.workflow import cases, content, selection, state_machine

STATES: dict[str, LazyString] = {
    state_machine.DRAFT: _("Draft"),
    state_machine.SUBMITTED: _("Submitted for registration"),
    state_machine.REGISTERED: _("Registered"),
    state_machine.PUBLISHING: _("Submitted for publication"),
    state_machine.SCHEDULED: _("Approved, to be published at a set time"),
    state_machine.PUBLISHED: _("Published"),
    state_machine.WITHDRAWN: _("Withdrawn"),
    state_machine.REFUSED: _("Refused"),
}

STEPS: dict[str, LazyString] = {
    "submit": _("Submit for registration"),
    "recall": _("Recall"),
    "register": _("Register the dataset"),
    "forward": _("Register and submit for publication"),
    "request": _("Submit for publication"),
    "revise": _("Take back to draft"),
    "publish": _("Publish"),
    "schedule": _("Publish at a set time"),
    "return": _("Return for correction"),
    "refuse": _("Refuse"),
    "withdraw": _("Withdraw"),
    "restore": _("Restore, as it was"),
    "reopen": _("Reopen as draft"),
    "discard": _("Discard the change"),
    "release": _("Published at the set time"),
    "end": _("Ended: the dataset was withdrawn"),
    "undo": _("Undone"),
}


EFFECTS: dict[str, LazyString] = {
    "submit": _("The head of the department examines it next; until it is recalled or returned nobody edits it."),
    "publish": _("Everybody can read and download it from now on."),
    "schedule": _("Everybody can read and download it from that time on."),
    "withdraw": _("The public sees from now on that it was withdrawn and why, and nothing of what it held."),
    "refuse": _("It ends here; the department may reopen it as a draft."),
    "discard": _("What was changed since the last publication is lost."),
}
"""What a step does that is hard to take back: told before it is done."""


def nx_review_effect(action: str) -> str:
    """What a step does that is hard to take back; "" for the others."""
    return str(EFFECTS.get(action, ""))


def nx_review_state(state: str) -> str:
    """A state in words."""
    return str(STATES[state])


def nx_review_step(action: str) -> str:
    """A step in words."""
    return str(STEPS[action])


def nx_review_content(dataset: dict[str, Any]) -> dict[str, Any]:
    """What a reviewer reads of a dataset: ``sections`` (heading, [(field, value)]), ``items`` (the columns that have
    a value, the rows), ``files`` (:class:`.content.File`)."""
    fields = _schema()["dataset_fields"]
    sections = [(_text(heading), rows) for heading, rows in content.list_sections(dataset, fields)]
    subfields = next((f["repeating_subfields"] for f in fields if f["field_name"] == "nx_items"), [])
    items = dataset.get("nx_items") or []
    columns = [part["field_name"] for part in subfields if any(item.get(part["field_name"]) for item in items)]
    return {"sections": sections, "columns": columns, "items": items, "files": content.list_files(dataset)}


def nx_review_of(dataset: dict[str, Any]) -> dict[str, Any] | None:
    """How a dataset's page tells its editors where it stands; None for everybody else.

    Returns:
        ``{"id", "state", "kind", "steps"}``; ``steps`` are the names of those that the reader may take.
    """
    user = getattr(tk.current_user, "name", None)
    organization = dataset.get("owner_org")
    if not user or not organization:
        return None
    held = roles.find_roles(user, organization)
    if not held:
        return None
    case = cases.find_open_change(dataset["id"]) or cases.find_own_case(dataset["id"])
    if case is None:
        return None
    steps = state_machine.list_possible_steps(case.state, held, cases.find_review_mode(case), case.kind)
    return {"id": case.id, "state": case.state, "kind": case.kind, "steps": [step.action for step in steps]}


def nx_review_waiting() -> int:
    """How many cases wait for the reader: the number that the queue shows."""
    user = getattr(tk.current_user, "name", None)
    return selection.count_cases(user, selection.Filter()) if user else 0


def nx_is_reviewed(dataset: dict[str, Any]) -> bool:
    """Whether what the reader saves of this dataset, or of a new one, waits for review."""
    user = getattr(tk.current_user, "name", None)
    if not user:
        return False
    if dataset.get("owner_org"):
        return roles.needs_review({"user": user}, dataset["owner_org"])
    mine = tk.get_action("organization_list_for_user")({"user": user}, {"permission": "create_dataset"})
    return bool(mine) and all(roles.needs_review({"user": user}, organization["id"]) for organization in mine)


def nx_is_reviewed_named(name: str) -> bool:
    """The same, of the dataset with this name or id."""
    dataset = model.Package.get(name or "")
    return nx_is_reviewed({"owner_org": dataset.owner_org if dataset else None})


def nx_review_label(path: list[str]) -> str:
    """The label of a field of the data items alone, without that of the table."""
    return nx_review_field(path).split(" › ")[-1]


def nx_review_field(path: list[str]) -> str:
    """The label of a changed field, with the item, file or language it is in."""
    schema = _schema()
    fields = {field["field_name"]: field for field in schema["dataset_fields"]}
    if path[0] == "tags":
        return tk._("Tags")
    parts: list[str] = []
    if path[0] == "resources":
        parts.append(tk._("File"))
        inner = {field["field_name"]: field for field in schema["resource_fields"]}
    elif path[0] in fields:
        parts.append(_text(fields[path[0]].get("label", path[0])))
        inner = {part["field_name"]: part for part in fields[path[0]].get("repeating_subfields", ())}
    else:
        parts.append(path[0])
        inner = {}
    for step in path[1:]:
        label = inner[step].get("label", step) if step in inner else step
        parts.append({"zh": tk._("Chinese"), "en": tk._("English")}.get(step, _text(label)))
    return " › ".join(parts)


def nx_review_value(path: list[str], value: Any) -> str:
    """A value of a changed field in words: codes by their labels, lists joined."""
    if value in (None, "", []):
        return ""
    if path[-1] in ("license_id", "license"):
        return dict(tk.h.nx_licence_titles()).get(value) or str(value)
    schema = _schema()
    name = path[-1] if path[0] in ("nx_items", "resources") else path[0]
    pool = [*schema["dataset_fields"], *schema["resource_fields"]]
    if path[0] == "nx_items":
        pool = next((f["repeating_subfields"] for f in schema["dataset_fields"] if f["field_name"] == "nx_items"), [])
    codelist = next((field.get("codelist") for field in pool if field["field_name"] == name), None)
    values = value if isinstance(value, list) else [value]
    words = [codelists.label(codelist, str(item), reader_language()) if codelist else _plain(item) for item in values]
    return "、".join(words)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return localised.choose({key: _plain(text) for key, text in value.items()}, reader_language())[0]
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    return str(value)


def _schema() -> dict[str, Any]:
    return tk.get_action("scheming_dataset_schema_show")({"ignore_auth": True}, {"type": "dataset", "expanded": False})


def _text(label: Any) -> str:
    """A label of the schema in the reader's language, outside of requests too."""
    if not isinstance(label, dict):
        return tk._(str(label))
    return str(label.get(reader_language()) or label.get("zh_Hans_CN" if is_chinese() else "en") or "")
