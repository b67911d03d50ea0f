"""What people are told by the review."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import Params, register_topic
from ckanext.nxopendata.review.workflow import state_machine
from ckanext.nxopendata.review.workflow.models import Case

LATE = "late"
OVERDUE = "overdue"

OF_STEPS = {
    "register": _('"{title}" is registered; submit it for publication'),
    "forward": _('"{title}" is registered and submitted for publication'),
    "publish": _('"{title}" is published'),
    "release": _('"{title}" is published'),
    "schedule": _('"{title}" is approved and will be published at the set time'),
    "return": _('"{title}" was returned: {opinion}'),
    "refuse": _('"{title}" was refused: {opinion}'),
    "withdraw": _('"{title}" was withdrawn: {opinion}'),
    "restore": _('"{title}" is public again'),
    "end": _('The change of "{title}" has ended, as the dataset was withdrawn: {opinion}'),
}
"""Step of a case -> what its author is told."""


def case_page(params: Params, *, external: bool) -> str:
    """Return the address of the page of a case."""
    return tk.url_for("nx_review.show", case_id=params["case"], _external=external)


def dataset_page(params: Params, *, external: bool) -> str:
    """Return the address of the page of a dataset."""
    return tk.url_for("dataset.read", id=params["dataset"], _external=external)


def register_topics() -> None:
    """Make the topics of the review known."""
    register_topic("waiting", _('"{title}" waits for your review'), case_page)
    register_topic(LATE, _('The review of "{title}" is past its deadline ({day})'), case_page)
    register_topic(OVERDUE, _('"{title}" should have been updated by {day}'), dataset_page)
    for name, text in OF_STEPS.items():
        register_topic(name, text, case_page)


def tell_of_step(case: Case, step: state_machine.Transition, user: model.User, opinion: str, mode: str) -> None:
    """Tell whose move it is after a step, and tell the author what was decided."""
    params = {"title": case.title, "case": case.id, "opinion": opinion}
    if step.target == state_machine.SUBMITTED:
        inbox.tell(roles.people(case.owner_org, ("admin",)), "waiting", params, but=user)
    elif step.target == state_machine.PUBLISHING and mode == state_machine.BY_OFFICE:
        inbox.tell(roles.people(roles.office_id(), ("admin", "editor")), "waiting", params, but=user)
    if step.action in OF_STEPS and (author := model.User.get(case.author_id)):
        inbox.tell([author], step.action, params, but=user)
