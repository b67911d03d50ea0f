"""What is being sent to one person stops when the permission ends, in the middle of a file too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, g, has_request_context, stream_with_context

SECONDS = 1.0
"""Between one look and the next while bytes are sent."""


class PermissionEndedError(Exception):
    """The permission to have a file ended while it was sent; the connection is closed before the end of the file."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A decision that allowed somebody what not everybody may have, and by which it is asked for again."""

    resource_id: str
    user_name: str
    rows: bool
    part: bool
    agreement: str


def note(watched: Watched) -> None:
    """Remember a decision of the request at hand, by which the answer may be stopped."""
    if has_request_context():
        g.nx_file_watched = {*list_watched(), watched}


def list_watched() -> frozenset[Watched]:
    """Return the decisions that the answer of this request depends on."""
    return frozenset(g.get("nx_file_watched", ()))


def watch(response: Response, is_allowed: Callable[[Watched], bool]) -> Response:
    """Have an answer that is sent piece by piece stop when one of the decisions that it depends on is another.

    Args:
        is_allowed: asks for a decision again.
    """
    watched = list_watched()
    if not watched or not response.is_streamed:
        return response
    pieces: Any = response.response
    if (close := getattr(pieces, "close", None)) is not None:
        response.call_on_close(close)
    # The server may send an open file by itself, in one go; what is watched goes through our hands.
    response.direct_passthrough = False
    response.response = stream_with_context(send_while(pieces, lambda: all(map(is_allowed, watched))))
    return response


def send_while(pieces: Iterable[Any], is_allowed: Callable[[], bool]) -> Iterator[Any]:
    """Yield the pieces while it is allowed, which is looked at once in ``SECONDS``.

    Raises:
        PermissionEndedError: it is not allowed any more.
    """
    looked = time.monotonic()
    for piece in pieces:
        if time.monotonic() - looked > SECONDS:
            if not is_allowed():
                raise PermissionEndedError
            looked = time.monotonic()
        yield piece
