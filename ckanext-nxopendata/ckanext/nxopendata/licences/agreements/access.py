"""May this person have this file now? Asked by every way to a file: download, DataStore, bundles."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from flask import g, has_request_context

from ckanext.nxopendata.core.publication import file_access
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.licences.agreements.agreement import agreement_policy
from ckanext.nxopendata.licences.agreements.models import Agreement, agreements_of
from ckanext.nxopendata.licences.odrl.engine import evaluate
from ckanext.nxopendata.licences.odrl.policy import Policy
from ckanext.nxopendata.licences.registry import conditional_template

log = logging.getLogger("ckanext.nxopendata.licences.decisions")

#: What serving a file lets the recipient do.
ACTION = "reproduce"


@dataclass(frozen=True, slots=True)
class Access:
    """The decision on one file for one person.

    ``code``: ``open`` (no agreement needed), ``editor``, ``agreement``; or refused: ``login``, ``no_agreement``,
    ``expired``, ``revoked``, ``pending``, ``withheld`` (whatever the licence says; ``reason`` says why).
    ``agreement`` is the one that decided; ``ended`` when it ended.
    """

    allowed: bool
    code: str
    agreement: str = ""
    ended: dt.datetime | None = None
    reason: str = ""

    @property
    def conditional(self) -> bool:
        return self.code not in ("open", "withheld")

    @property
    def message(self) -> str:
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
        }
        return self.reason or sentences.get(self.code, "")


def may_serve(resource_id: str, user_name: str | None, at: dt.datetime | None = None, *, rows: bool = False) -> Access:
    """Decide on a file, and write one line to the log for each decision on a conditional dataset.

    Args:
        resource_id: of the file; one that does not exist is left to CKAN, which answers 404.
        user_name: who asks; empty for a visitor. at: the moment, now by default.
        rows: whether the rows of its table are asked for, which may lack what the file must not give away.
    """
    resource = model.Resource.get(resource_id)
    package = resource.package if resource else None
    if resource is None or package is None:
        return Access(True, "open")
    access = _decide_by_licence(resource, package, user_name, at)
    reason = file_access.find_reason(resource, rows=rows) if access.allowed else ""
    if not reason:
        return access
    user = model.User.get(user_name) if user_name else None
    allowed = user is not None and _edits(package, user)
    if has_request_context():
        g.nx_conditional = decided_in_request() | {allowed}  # no cache keeps what one person may see
    return access if allowed else Access(False, "withheld", reason=reason)


def _decide_by_licence(resource: Any, package: Any, user_name: str | None, at: dt.datetime | None) -> Access:
    extras = package.extras or {}
    own_licence = (resource.extras or {}).get("license")
    template = conditional_template(
        own_licence or package.license_id, extras.get("nx_is_open"), extras.get("nx_open_condition")
    ) or conditional_template(package.license_id, None, None)
    if template is None:
        return Access(True, "open")
    moment = at or now()
    access = _decide(package, template, user_name, moment)
    if has_request_context():
        g.nx_conditional = decided_in_request() | {access.allowed}
    log.info(
        "licence decision: allowed=%s code=%s dataset=%s resource=%s user=%s agreement=%s licence=%s",
        access.allowed,
        access.code,
        package.id,
        resource.id,
        user_name or "-",
        access.agreement or "-",
        template.id,
    )
    return access


def decided_in_request() -> frozenset[bool]:
    """The decisions on conditional datasets so far in this request: whether any was allowed, any refused."""
    return g.get("nx_conditional", frozenset())


def _decide(package: Any, template: Policy, user_name: str | None, moment: dt.datetime) -> Access:
    user = model.User.get(user_name) if user_name else None
    if user is None:
        return Access(False, "login")
    if _edits(package, user):
        return Access(True, "editor")
    found = agreements_of(package.id, user.id)
    for agreement in found:
        if _in_force(agreement, template, package, user, moment):
            return Access(True, "agreement", agreement.id)
    if not found:
        return Access(False, "no_agreement")
    latest = found[0]
    state = latest.state if latest.state in ("revoked", "pending") else "expired"
    return Access(False, state, latest.id, latest.revoked or latest.ends)


def _edits(package: Any, user: Any) -> bool:
    """The department that provides the data, and administrators, need no agreement."""
    if user.sysadmin:
        return True
    owner = package.owner_org
    return bool(owner) and authz.has_user_permission_for_group_or_org(owner, user.name, "update_dataset")


def _in_force(agreement: Agreement, template: Policy, package: Any, user: Any, moment: dt.datetime) -> bool:
    if moment < agreement.starts:
        return False
    policy = agreement_policy(template, agreement.terms(package.owner_org or ""))
    answer = evaluate(
        policy,
        ACTION,
        {
            "dateTime": moment,
            "recipient": user.id,
            # Whoever downloads under an agreement does so for what was agreed; anything else is a breach of it.
            "purpose": agreement.purposes,
            "assignee": f"urn:nx:party:{user.id}",
            "target": f"urn:nx:dataset:{package.id}",
        },
    )
    return answer.verdict.allows
