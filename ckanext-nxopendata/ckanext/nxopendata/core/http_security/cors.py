"""Answers that pages of other sites may read (CORS): whatever everybody may read, asked by GET and without a person.

Nobody's session goes with such a request: ``*`` and credentials exclude each other (Fetch standard, CORS protocol).
"""

from __future__ import annotations

from flask import Flask, Response, request

EXPOSED = "ETag, Last-Modified, Link, Content-Disposition, X-Attribution, RateLimit, RateLimit-Policy, Retry-After"
ASKED = "Accept, Accept-Language, If-None-Match, If-Modified-Since"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
A_DAY = "86400"


def install(app: Flask) -> None:
    """Add the headers to the answers of an application."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Let other sites read an answer to a reading request, unless a view or CKAN's own option said something."""
    if request.method not in READING or "Access-Control-Allow-Origin" in response.headers:
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = ASKED
        response.headers["Access-Control-Max-Age"] = A_DAY
    return response
