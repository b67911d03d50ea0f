"""The route of the MCP server: streamable HTTP with JSON answers, without sessions."""

from __future__ import annotations

from importlib import metadata
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf
from flask import Blueprint, Response, jsonify, request

nx_mcp = Blueprint("nx_mcp", __name__)

LARGEST_BODY = 256 * 1024
VERSION_HEADER = "MCP-Protocol-Version"


@csrf.exempt
@nx_mcp.route("/mcp", methods=["GET", "POST", "DELETE"])
def endpoint() -> Response:
    """Answer one request of a client. It changes nothing, and is answered as anybody would be."""
    if request.method != "POST":
        # There is no stream to open (GET) and no session to end (DELETE).
        response = Response(tk._("Send MCP requests here by POST; see the page for developers."), 405)
        response.headers["Allow"] = "POST, OPTIONS"
        return response
    if not _is_origin_allowed(request.headers.get("Origin", "")):
        return Response(tk._("This origin may not ask here"), 403)
    body = request.stream.read(LARGEST_BODY + 1)  # whatever its length is said to be
    if len(body) > LARGEST_BODY:
        return Response(tk._("The request is too large: at most {number} MB").format(number="0.25"), 413)
    # The types of the protocol take a second to load, which a process that serves pages alone need not spend.
    from ckanext.nxopendata.portal.mcp import protocol

    answered = protocol.answer(body, request.headers.get(VERSION_HEADER, ""), metadata.version("ckanext-nxopendata"))
    if answered is None:
        return Response(status=202)
    response = jsonify(answered)
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_origin_allowed(origin: str) -> bool:
    """Whether a page may ask: those of other sites may not (rebinding of names); programs send no origin."""
    return not origin or urlsplit(origin).netloc in (request.host, urlsplit(tk.config["ckan.site_url"]).netloc)
