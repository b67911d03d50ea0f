"""CKAN's own action that changes an account: the digest of a password is written by administrators alone."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

DIGEST = "password_hash"


@tk.chained_action
def user_update(original: Any, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's, which leaves an account without a password when anybody but an administrator sends a digest of one."""
    if DIGEST in data_dict and not authz.is_sysadmin(context.get("user")):
        data_dict = {name: value for name, value in data_dict.items() if name != DIGEST}
    return original(context, data_dict)
