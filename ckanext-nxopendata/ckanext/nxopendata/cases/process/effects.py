"""What follows of where a case stands: the agreement on a dataset. In the transaction of the step; nothing commits."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.cases.definitions.channel import find_channel
from ckanext.nxopendata.cases.definitions.kind import State
from ckanext.nxopendata.cases.duties import duty_store
from ckanext.nxopendata.cases.models import Case


def apply(case: Case, before: State, after: State, actor: str, *, by_system: bool, renews: bool = False) -> None:
    """Make the agreement on the way into a state that is in force, and end it on the way out.

    Args:
        renews: whether the step agrees on new terms; the agreement before ends as the new one begins.
        actor: name of the user who decided; "" for the system.
        by_system: whether time brought the case out of force; the agreement has ended by itself then.

    Raises:
        tk.ValidationError: the agreement cannot be made.
    """
    if renews and before.in_force and after.in_force:
        _call("nx_agreement_revoke", actor, id=case.agreement_id)
    if after.in_force and (renews or not before.in_force):
        granted = _call(
            "nx_agreement_grant",
            actor,
            dataset=case.dataset_id,
            user=case.applicant_id,
            purposes=[case.answers["purpose"]],
            ends=case.answers["agreed_ends"],
            note=case.number,
            columns=case.answers.get("agreed_columns") or case.answers.get("columns") or [],
            filters=case.answers.get("agreed_rows") or {},
            counted=bool(case.answers.get("agreed_quota")),
            resources=[case.resource_id] if case.resource_id else [],
            channel=find_channel(case.answers),
        )
        case.agreement_id = granted["id"]
        duty_store.begin(case)
    elif before.in_force and not after.in_force and case.agreement_id:
        if not by_system:
            _call("nx_agreement_revoke", actor, id=case.agreement_id)
        duty_store.end(case)


def _call(action: str, actor: str, **data: Any) -> Any:
    """Call an action whose permission the step was; it leaves the commit to the step's own action."""
    context: Any = {"ignore_auth": True, "defer_commit": True, "user": actor}
    return tk.get_action(action)(context, data)
