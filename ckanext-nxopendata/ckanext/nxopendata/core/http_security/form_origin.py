"""Forms of readers who are not signed in: guarded by where they come from, for a token would give each a session.

Browsers say with every form which site it stands on (``Sec-Fetch-Site``, or ``Origin`` in older ones), and no page can
make them say another. Without this a page elsewhere could sign its reader in here under a name of its own, or replace
the reader's session.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from flask import request

API = "api"


def comes_from_elsewhere() -> bool:
    """Return whether a browser says that the form at hand stands on another site; calls of the API may."""
    if request.method not in ("POST", "PUT", "PATCH", "DELETE") or request.blueprint == API:
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    address = urlsplit(tk.config["ckan.site_url"])
    own = (f"{address.scheme}://{address.netloc}", request.host_url.rstrip("/"))
    return origin is not None and origin not in own
