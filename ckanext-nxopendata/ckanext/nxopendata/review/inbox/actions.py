"""Actions of a user's notices."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.core.notifications import inbox, topics


@tk.side_effect_free
def nx_notice_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Your notices of the last 90 days, newest first: ``id``, ``topic``, ``text``, ``case``,
    ``link``, ``created``, ``read``."""
    tk.check_access("nx_notice_list", context, data_dict)
    user = model.User.get(context.get("user") or "")
    return [
        {
            "id": notice.id,
            "topic": notice.topic,
            "text": topics.format_notice(notice.topic, notice.params),
            "case": notice.params.get("case"),
            "dataset": notice.params.get("dataset"),
            "link": topics.find_page(notice.topic, notice.params),
            "created": notice.created.isoformat(),
            "read": bool(notice.read),
        }
        for notice in inbox.list_notices(user.id if user else "")
    ]


def nx_notice_read(context: Context, data_dict: dict[str, Any]) -> dict[str, int]:
    """Mark all your notices as read; gives their number as ``read``."""
    tk.check_access("nx_notice_read", context, data_dict)
    user = model.User.get(context.get("user") or "")
    number = inbox.mark_read(user.id if user else "")
    model.Session.commit()
    return {"read": number}
