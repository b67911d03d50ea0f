"""The security headers of every answer: Content-Security-Policy and its companions.

Scripts and styles come from the site itself or carry the nonce of the answer; there is no ``unsafe-inline``. The
application sends the headers, so that they do not depend on the proxy before it. A view that sets one of them keeps
its own.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Flask, Response, g, request
from flask_login import current_user

from ckanext.nxopendata.core.http_security.inline_code import InlineCodeExtension

PREFIX = "ckanext.nxopendata.headers."

EMBEDDED = frozenset({"dataset_resource.view", "resource.view"})
"""Views that CKAN's pages show in a frame, and that other sites may where the operator says so."""

OPEN_TO_FRAMES = frozenset({"nx_charts.embed"})
"""Views that are made to stand in the pages of any other site: what everybody may read, and nothing to click here."""

PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
"""What no page of the site asks a browser for."""

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Send the headers with every answer of an application, and make the inline code of its templates ready."""
    app.jinja_env.add_extension(InlineCodeExtension)
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Add the headers that the answer does not have yet."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    frames = _frame_ancestors()
    if frames == ["'self'"]:
        # For browsers and scanners that do not know frame-ancestors.
        response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    response.headers.setdefault("Content-Security-Policy", _policy(frames))
    if request.endpoint != "static" and current_user.is_authenticated:
        # CKAN lets shared caches keep what its API answers to somebody who is signed in; this is its word for "do not".
        request.environ["__no_cache__"] = True
        response.cache_control.max_age = 0
    seconds = tk.config[PREFIX + "hsts_seconds"]
    if seconds and tk.config["ckan.site_url"].startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={seconds}")
    return response


def _frame_ancestors() -> list[str]:
    """Return who may show the answer in a frame: this site and, of what is made to be embedded, the sites named."""
    if request.endpoint in OPEN_TO_FRAMES:
        return ["*"]
    return ["'self'", *(tk.config[PREFIX + "embedding_sites"] if request.endpoint in EMBEDDED else [])]


def _policy(frames: list[str]) -> str:
    """Return the Content-Security-Policy of the answer at hand."""
    nonce = f" 'nonce-{g.nx_nonce}'" if "nx_nonce" in g else ""
    directives = {
        "default-src": "'self'",
        "script-src": f"'self'{nonce}",
        "style-src": f"'self'{nonce}",
        "img-src": " ".join(["'self'", "data:", "blob:", *tk.config[PREFIX + "image_sites"]]),
        "font-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(frames),
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())
