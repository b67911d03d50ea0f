"""Template helpers of following."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.following.models import Favourite


def nx_is_favourite(dataset_id: str) -> bool:
    """Whether the reader keeps this dataset."""
    user = getattr(tk.current_user, "id", None)
    return bool(user) and model.Session.get(Favourite, (user, dataset_id)) is not None
