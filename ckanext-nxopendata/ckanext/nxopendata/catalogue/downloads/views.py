"""How files are sent: a file of a department, of another site or of a user never runs as a page of this site."""

from __future__ import annotations

import posixpath
import re

from flask import Blueprint, Response, request

from ckanext.nxopendata.catalogue.downloads import dumps

nx_downloads = Blueprint("nx_downloads", __name__)

SHOWN = frozenset({"application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp", "text/csv", "text/plain"})
"""Media types that a browser may show by itself, because none of them can hold a script. SVG, HTML and XML can."""

CONTENT_TYPE = re.compile(r"([a-z]+/[a-z0-9.+-]+)(;\s*charset=[\w-]+)?", re.IGNORECASE)
"""A media type and nothing else: browsers take the last of several."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Content-Security-Policy of files: whatever a browser makes of one, it runs no script and is not of this site."""

OWN = ("static", "webassets.index")
"""Views that send the files of the software itself, and the pictures below ``PICTURES``."""

PICTURES = "uploads/"


@nx_downloads.after_app_request
def secure(response: Response) -> Response:
    """Send every file with what keeps browsers from running it."""
    if _is_file(response):
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = POLICY
        if not may_show(response.headers.get("Content-Type", "")):
            _, separator, name = response.headers.get("Content-Disposition", "").partition(";")
            response.headers["Content-Disposition"] = f"attachment{separator}{name}"
    if request.endpoint == "datastore.dump":
        dumps.guard(response)
    return response


def _is_file(response: Response) -> bool:
    """Whether the answer is a file that somebody brought or asked to save, by whichever view."""
    if request.endpoint in OWN:
        # Normalised as the view does it: "base/../uploads/x" is a picture too.
        return posixpath.normpath((request.view_args or {}).get("filename", "")).startswith(PICTURES)
    return response.direct_passthrough or "Content-Disposition" in response.headers


def may_show(content_type: str) -> bool:
    """Whether a browser may show a file with this ``Content-Type``, or has to save it."""
    match = CONTENT_TYPE.fullmatch(content_type)
    return bool(match) and match[1].lower() in SHOWN
