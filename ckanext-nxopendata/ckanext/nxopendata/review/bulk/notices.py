"""What people are told of bulk work: one notice a person, however many datasets it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import Params, register_topic
from ckanext.nxopendata.core.workflow import Transition
from ckanext.nxopendata.review.workflow import cases, state_machine
from ckanext.nxopendata.review.workflow import notices as of_one
from ckanext.nxopendata.review.workflow.models import Case

WAITING = "bulk waiting"

OF_STEPS = {
    "register": _("{number} datasets are registered; submit them for publication: {titles}"),
    "forward": _("{number} datasets are registered and submitted for publication: {titles}"),
    "publish": _("{number} datasets are published: {titles}"),
    "return": _("{number} datasets were returned ({titles}): {opinion}"),
    "refuse": _("{number} datasets were refused ({titles}): {opinion}"),
    "withdraw": _("{number} datasets were withdrawn ({titles}): {opinion}"),
    "restore": _("{number} datasets are public again: {titles}"),
}
"""Step -> what the authors are told when it was taken for several of theirs."""

NAMED = 3


def queue_page(params: Params, *, external: bool) -> str:
    """Return the address of the queue."""
    return tk.url_for("nx_review.queue", scope=params.get("scope"), _external=external)


def register_topics() -> None:
    """Make the topics of bulk work known."""
    register_topic(WAITING, _("{number} datasets wait for your review: {titles}"), queue_page)
    for name, text in OF_STEPS.items():
        register_topic(f"bulk {name}", text, queue_page)


def tell_of_steps(moved: Sequence[tuple[Case, Transition]], user: model.User, opinion: str) -> None:
    """Tell whose move it is now, and tell the authors what was decided; one case alone is told as always."""
    if len(moved) == 1:
        case, step = moved[0]
        of_one.tell_of_step(case, step, user, opinion, cases.find_review_mode(case))
        return
    heads: dict[str, list[str]] = defaultdict(list)
    office: list[str] = []
    authors: dict[tuple[str, str], list[str]] = defaultdict(list)
    for case, step in moved:
        if step.target == state_machine.SUBMITTED:
            heads[case.owner_org].append(case.title)
        elif step.target == state_machine.PUBLISHING and cases.find_review_mode(case) == state_machine.BY_OFFICE:
            office.append(case.title)
        if step.action in OF_STEPS:
            authors[case.author_id, step.action].append(case.title)
    for organization, titles in heads.items():
        inbox.tell(roles.people(organization, ("admin",)), WAITING, _params(titles, "", None), but=user)
    if office:
        people = roles.people(roles.office_id(), ("admin", "editor"))
        inbox.tell(people, WAITING, _params(office, "", None), but=user)
    for (author_id, action), titles in authors.items():
        if author := model.User.get(author_id):
            scope = "waiting" if action in ("register", "return") else "every"
            inbox.tell([author], f"bulk {action}", _params(titles, opinion, scope), but=user)


def _params(titles: Sequence[str], opinion: str, scope: str | None) -> dict[str, str | int | None]:
    named = "、".join(titles[:NAMED]) + ("……" if len(titles) > NAMED else "")
    return {"number": len(titles), "titles": named, "opinion": opinion, "scope": scope}
