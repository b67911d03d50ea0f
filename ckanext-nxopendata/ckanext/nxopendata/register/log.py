"""The append-only log of the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register.models import Entry


def write(
    subject: str,
    subject_id: str,
    owner_org: str,
    action: str,
    user: str,
    changes: Mapping[str, Any] | None = None,
    opinion: str = "",
) -> None:
    """Add an entry to the session, in the transaction of the change itself; the caller commits.

    Args:
        subject: what kind of thing: ``system``, ``project``, ``task`` and so on.
        user: the name of who did it.
        changes: field -> ``[before, after]``.
    """
    found = model.User.get(user)
    model.Session.add(
        Entry(
            subject=subject,
            subject_id=subject_id,
            owner_org=owner_org,
            action=action,
            user_id=found.id if found else "",
            user_name=(found.fullname or found.name) if found else user,
            opinion=opinion,
            changes=dict(changes or {}),
            time=utc_now(),
        )
    )


def read(subject: str, subject_id: str) -> list[dict[str, Any]]:
    """All that ever happened to one thing, oldest first."""
    return _to_api(sa.and_(Entry.subject == subject, Entry.subject_id == subject_id))


def read_department(owner_org: str) -> list[dict[str, Any]]:
    """What was said of a department (id) itself: its people, its connections, its imports; oldest first."""
    return _to_api(sa.and_(Entry.subject.in_(("department", "import")), Entry.owner_org == owner_org))


def _to_api(where: Any) -> list[dict[str, Any]]:
    return [
        {
            "action": entry.action,
            "user": entry.user_name,
            "opinion": entry.opinion,
            "changes": entry.changes,
            "time": entry.time.isoformat(),
        }
        for entry in model.Session.scalars(sa.select(Entry).where(where).order_by(Entry.id))
    ]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that differ, as the log keeps them: field -> ``[before, after]``; missing counts as empty."""
    return {
        name: [before.get(name), after.get(name)]
        for name in sorted(before.keys() | after.keys())
        if (before.get(name) or None) != (after.get(name) or None)
    }
