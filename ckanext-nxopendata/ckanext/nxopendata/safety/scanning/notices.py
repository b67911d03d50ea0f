"""What people are told: that a file of theirs is held back, that a sign-off is about to end or has ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import Params, register_topic
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import board

HELD, ENDS, ENDED = "safety held", "safety sign-off ends", "safety sign-off ended"
NOT_TREATED = "safety not treated"
STAGES = (30, 10, 1)
"""Working days before the end of a sign-off on which people are reminded."""

AT_A_TIME = 200
CLOCK = "system"
"""Who does what the clock brings about, in the record."""


def register_topics() -> None:
    """Make the topics of safety known."""
    register_topic(HELD, _('A file of "{title}" is closed to the public by the safety check: "{file}"'), _page)
    register_topic(ENDS, _('The sign-off of "{file}" in "{title}" ends on {until}; then the file is closed'), _page)
    register_topic(
        NOT_TREATED, _('The new content of "{file}" in "{title}" could not be treated as the one before'), _page
    )
    register_topic(ENDED, _('The sign-off of "{file}" in "{title}" has ended; the file is closed to the public'), _page)


def _page(params: Params, *, external: bool) -> str:
    return tk.url_for("nx_safety.dataset", id=params["dataset"], _external=external)


def tell_held() -> Iterator[str]:
    """Yield each public file of which its department was told that it is held back: once a content."""
    query = board.select_kind("recall").add_columns(models.Content.sha256)
    told = sa.exists().where(
        models.Event.action == "held_told",
        models.Event.resource_id == model.Resource.id,
        models.Event.detail["sha256"].astext == models.Content.sha256,
    )
    for resource, package, _status, _report, sha256 in list(model.Session.execute(query.where(~told).limit(AT_A_TIME))):
        inbox.tell(roles.people(package.owner_org, ("admin", "editor")), HELD, describe(resource, package))
        models.note_event(CLOCK, "held_told", package.id, resource.id, sha256=sha256)
        yield resource.id


def remind() -> Iterator[str]:
    """Yield each sign-off in force, or just ended, of which people were told: once a stage."""
    signoff = models.Signoff
    query = (
        sa.select(signoff, model.Resource, model.Package)
        .join(model.Resource, model.Resource.id == signoff.resource_id)
        .join(model.Package, model.Package.id == signoff.dataset_id)
        .where(signoff.state == models.APPROVED, signoff.until.is_not(None), model.Resource.state == "active")
        .order_by(signoff.until)
    )
    calendar, day = holidays.calendar(), today()
    for row, resource, package in list(model.Session.execute(query)):
        if row.until < day:
            stage, topic = 0, ENDED
        else:
            reached = [stage for stage in STAGES if row.until <= calendar.after(day, stage).day]
            if not reached:
                continue
            stage, topic = reached[-1], ENDS
        if _was_told(row.id, stage):
            continue
        people = {person.id: person for person in roles.people(package.owner_org, ("admin", "editor"))}
        people |= {person.id: person for person in map(model.User.get, (row.author, row.approver)) if person}
        inbox.tell(people.values(), topic, describe(resource, package, until=row.until.isoformat()))
        action = "signoff_ended" if stage == 0 else "signoff_reminded"
        models.note_event(CLOCK, action, package.id, resource.id, signoff=row.id, stage=stage)
        yield row.id


def _was_told(signoff: str, stage: int) -> bool:
    detail = models.Event.detail
    query = sa.select(sa.func.count()).where(
        models.Event.action.in_(("signoff_reminded", "signoff_ended")),
        detail["signoff"].astext == signoff,
        detail["stage"].astext == str(stage),
    )
    return bool(model.Session.scalar(query))


def describe(resource: Any, package: Any, **more: str) -> dict[str, str]:
    """Return what a notice about a file names."""
    title = package.title or package.name
    return {"dataset": package.name, "title": title, "file": resource.name or title, **more}
