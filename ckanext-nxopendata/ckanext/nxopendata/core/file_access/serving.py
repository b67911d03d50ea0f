"""What was served under an agreement is told to the rooms that write it down, before its answer leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask import Response, g, has_request_context, request

from ckanext.nxopendata.core.file_access.interfaces import Access


@dataclass(frozen=True, slots=True)
class Served:
    """Something of a file that somebody has by an agreement: its bytes, or ``rows`` of its table."""

    resource_id: str
    user_name: str
    agreement: str
    rows: bool


Writer = Callable[[Collection[Served]], None]
"""Writes down what is served, and commits by itself. Where it fails nothing is served."""

_writers: dict[str, Writer] = {}


def write_served(name: str, function: Writer) -> None:
    """Ask a function to write down what each request serves under agreements."""
    _writers[name] = function


def note(resource_id: str, user_name: str | None, access: Access, *, rows: bool) -> None:
    """Remember that the answer at hand gives something by an agreement; a file counts once a request."""
    if not (has_request_context() and access.allowed and access.agreement):
        return
    served: dict[tuple[str, str], Served] = g.setdefault("nx_file_served", {})
    key, was_bytes = (resource_id, access.agreement), not rows
    if key not in served or was_bytes:
        served[key] = Served(resource_id, user_name or "", access.agreement, rows)


def write(response: Response) -> Response:
    """Have the rooms write down what an answer gives; an error, an answer without a body or unchanged gives nothing."""
    served: dict[tuple[str, str], Served] = g.get("nx_file_served", {})
    if served and response.status_code in (200, 206) and request.method != "HEAD":
        for function in _writers.values():
            function(served.values())
    return response
