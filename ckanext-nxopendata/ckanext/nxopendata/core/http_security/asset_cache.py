"""How long browsers keep files whose address has a hash of their content: a year; another content has another address.

CKAN says the same of all its answers, after every hook of Flask; so this stands around the application.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

HASHED = re.compile(r"/webassets/[\w.-]+/[0-9a-f]{8}_[\w.-]+\Z")
KEPT = "public, max-age=31536000, immutable"


def keep_hashed_assets(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application whose answers for such addresses are kept for a year."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not HASHED.search(environ.get("PATH_INFO", "")):
            return application(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if status.startswith(("200", "304")):
                headers = [pair for pair in headers if pair[0].lower() not in ("cache-control", "expires", "pragma")]
                headers.append(("Cache-Control", KEPT))
            return start_response(status, headers, *rest)

        return application(environ, start)

    return answer
