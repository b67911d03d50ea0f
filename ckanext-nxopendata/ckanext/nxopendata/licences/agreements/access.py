"""The licences' condition on files: what is opened on conditions is for those who have an agreement in force."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.file_access import ranges
from ckanext.nxopendata.core.file_access.channels import FILE, TABLE
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest
from ckanext.nxopendata.core.file_access.part import Part
from ckanext.nxopendata.licences.agreements.agreement import agreement_policy
from ckanext.nxopendata.licences.agreements.models import Agreement, list_agreements
from ckanext.nxopendata.licences.odrl.engine import evaluate
from ckanext.nxopendata.licences.odrl.policy import Policy
from ckanext.nxopendata.licences.registry import conditional_template

log = logging.getLogger("ckanext.nxopendata.licences.decisions")

#: What serving a file lets the recipient do.
ACTION = "reproduce"

PAGE = "licences/refused.html"


@dataclass(frozen=True, slots=True)
class AgreementAccess(Access):
    """The decision on a conditional file.

    ``code``: ``editor``, ``agreement``; or refused: ``login``, ``no_agreement``, ``expired``, ``revoked``,
    ``pending``, ``only_file``, ``only_table``.
    """

    ended: dt.datetime | None = None
    """When it ended."""


def judge(asked: Sequence[FileRequest]) -> dict[str, Access]:
    """Decide on conditional files, and write one line to the log for each decision; all others are left out."""
    conditional = [(one, template) for one in asked if (template := _find_template(one)) is not None]
    user = asked[0].user
    agreements: list[Agreement] = []
    if user is not None and conditional:
        agreements = list_agreements({one.dataset.id for one, _ in conditional}, user.id)
    found: dict[str, Access] = {}
    for one, template in conditional:
        of_dataset = [agreement for agreement in agreements if agreement.dataset_id == one.dataset.id]
        found[one.resource.id] = access = _decide(one, template, of_dataset)
        _log(one, template, access)
    return found


def _log(asked: FileRequest, template: Policy, access: AgreementAccess) -> None:
    log.info(
        "licence decision: allowed=%s code=%s dataset=%s resource=%s user=%s agreement=%s licence=%s",
        access.allowed,
        access.code,
        asked.dataset.id,
        asked.resource.id,
        asked.user.name if asked.user else "-",
        access.agreement or "-",
        template.id,
    )


def _find_template(asked: FileRequest) -> Policy | None:
    """The conditions under which a file is opened; None of a file without."""
    dataset, extras = asked.dataset, asked.dataset.extras or {}
    own: Any = (asked.resource.extras or {}).get("license")
    is_open, condition = extras.get("nx_is_open"), extras.get("nx_open_condition")
    template = conditional_template(own or dataset.license_id, is_open, condition)
    return template or conditional_template(dataset.license_id, None, None)


def _decide(asked: FileRequest, template: Policy, agreements: Sequence[Agreement]) -> AgreementAccess:
    if asked.user is None:
        return _refuse("login")
    if asked.edits:
        return AgreementAccess(True, "editor", personal=True)
    found = [
        agreement
        for agreement in agreements
        if agreement.id == (asked.agreement or agreement.id) and _covers(agreement, asked.resource.id)
    ]
    channel, other = (TABLE, FILE) if asked.rows else (FILE, TABLE)
    in_force = [agreement for agreement in found if _in_force(agreement, template, asked, channel)]
    if in_force:
        best = next((agreement for agreement in in_force if _read_part(agreement) is None), in_force[0])
        return AgreementAccess(True, "agreement", personal=True, agreement=best.id, part=_read_part(best))
    if not found:
        return _refuse("no_agreement")
    for agreement in found:
        if _in_force(agreement, template, asked, other):
            return _refuse(f"only_{other}", agreement.id)
    latest = found[0]
    code = latest.state if latest.state in ("revoked", "pending") else "expired"
    return _refuse(code, latest.id, latest.revoked or latest.ends)


def _covers(agreement: Agreement, resource_id: str) -> bool:
    """Whether an agreement is on this file: on all of the dataset where it names none."""
    return resource_id in (agreement.part.get("resources") or [resource_id])


def _read_part(agreement: Agreement) -> Part | None:
    """The columns and rows that are agreed on; None of the whole."""
    if not agreement.part.keys() & {"columns", "filters", "counted"}:
        return None
    columns = agreement.part.get("columns")
    rows: dict[str, Any] = agreement.part.get("filters") or {}
    filters = {name: frozenset(values) for name, values in rows.items() if isinstance(values, list)}
    found = {name: ranges.from_api(bounds) for name, bounds in rows.items() if name not in filters}
    # A range that means none would be no condition: then no row has such a value.
    filters |= {name: frozenset[str]() for name, one in found.items() if one is None}
    return Part(
        frozenset(columns) if columns else None,
        filters,
        {name: (one,) for name, one in found.items() if one is not None},
    )


def _refuse(code: str, agreement: str = "", ended: dt.datetime | None = None) -> AgreementAccess:
    """The refusal with its remedy, in the language of the reader."""
    sentences = {
        "login": tk._("This dataset is opened on conditions. Log in and apply for an agreement to use it."),
        "no_agreement": tk._(
            "This dataset is opened on conditions, and you have no agreement on it. "
            "Apply to the department that provides it."
        ),
        "expired": tk._("Your agreement on this dataset has ended. Apply for a new one and delete your copies."),
        "revoked": tk._("Your agreement on this dataset was revoked. Ask the department that provides it."),
        "pending": tk._("Your agreement on this dataset has not begun yet."),
        "only_file": tk._(
            "Your agreement on this dataset is for files, not for the rows of tables. Take the files from the page "
            "of your case, or ask there for a change."
        ),
        "only_table": tk._(
            "Your agreement on this dataset is for the rows of tables, not for files. Ask for rows by the API, as the "
            "page of your case says, or ask there for a change."
        ),
    }
    message = sentences[code]
    return AgreementAccess(False, code, message, personal=True, page=PAGE, agreement=agreement, ended=ended)


def _in_force(agreement: Agreement, template: Policy, asked: FileRequest, channel: str) -> bool:
    user, dataset = asked.user, asked.dataset
    if user is None or asked.moment < agreement.starts:
        return False
    policy = agreement_policy(template, agreement.terms(dataset.owner_org or ""))
    answer = evaluate(
        policy,
        ACTION,
        {
            "dateTime": asked.moment,
            "recipient": user.id,
            # Whoever downloads under an agreement does so for what was agreed; anything else is a breach of it.
            "purpose": agreement.purposes,
            "assignee": f"urn:nx:party:{user.id}",
            "target": f"urn:nx:dataset:{dataset.id}",
            "deliveryChannel": channel,
        },
    )
    return answer.verdict.allows
