"""Template helper of the notices."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.notifications import inbox


def nx_unread_notices() -> int:
    """How many notices the reader has not read."""
    user = getattr(tk.current_user, "id", None)
    if not user:
        return 0
    return inbox.count_unread(user)
