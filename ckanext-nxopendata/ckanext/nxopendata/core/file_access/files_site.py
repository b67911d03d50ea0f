"""Files on a host of their own, where the operator has one: whatever a browser makes of a file, it is not of this site.

Both hosts lead to the same processes. A reader who asks this site for a file that everybody may have is sent to the
other; that one answers for such files alone, and gets no cookie. What only one person may have stays on this site,
where the person is signed in.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from flask import redirect, request

from ckanext.nxopendata.core.file_access import doors
from ckanext.nxopendata.core.file_access.interfaces import Access

OPTION = "ckanext.nxopendata.headers.files_site"

SENDING = frozenset({"resource.download"})
"""Views of files as somebody brought them; what we write ourselves cannot hold a script of theirs."""


def send_there(access: Access) -> Any:
    """Return the redirection of a request for a file that everybody may have; None where it is answered here."""
    site = _site()
    if not site or access.personal or _is_there(site) or request.method not in ("GET", "HEAD"):
        return None
    if doors.find_view(request.endpoint or "") not in SENDING:
        return None
    query = request.query_string.decode("latin-1")
    return redirect(f"{site}{request.path}{'?' if query else ''}{query}")


def refuse_all_but_files() -> Any:
    """Answer 404 on the host of files to whatever asks for something else."""
    site = _site()
    if site and _is_there(site) and doors.find_view(request.endpoint or "") not in SENDING:
        return tk.abort(404)
    return None


def _site() -> str:
    return str(tk.config.get(OPTION) or "").rstrip("/")


def _is_there(site: str) -> bool:
    return request.host.lower() == urlsplit(site).netloc.lower()
