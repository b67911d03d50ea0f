"""The rest of a file whose connection broke: asked for, and proved to be its rest (RFC 9110, 14 and 15.3.7)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import requests

from ckanext.nxopendata.harvest.errors import TransientFetchError
from ckanext.nxopendata.harvest.fetching import http_headers

if TYPE_CHECKING:
    from ckanext.nxopendata.harvest.fetching.client import Document


class Part:
    """What came of a file before its connection broke."""

    def __init__(self) -> None:
        self._document: Document | None = None
        self._digest: Any = hashlib.sha256()
        self.total = 0

    def headers(self, url: str) -> dict[str, str]:
        """Return what asks for the rest: only of a version that the server names, and unpacked."""
        if self._document is None or self._document.url != url:
            return {"Accept-Encoding": "identity"}
        version = self._document.validators.etag or self._document.validators.last_modified
        return {"Accept-Encoding": "identity", "Range": f"bytes={self._document.size}-", "If-Range": version}

    def continued(self, document: Document, response: requests.Response) -> Any:
        """Return the digest to go on with; ``document`` has the bytes that came before if the answer is their rest.

        Raises:
            TransientFetchError: It is a part, but another than was asked for, or of another version.
        """
        before, self._document = self._document, None
        self.total = 0
        if before and response.status_code == 206:
            if not self._is_rest(before, document):
                before.body.close()
                raise TransientFetchError("connection_broken", url=document.url, received=before.size)
            document.body.close()
            document.body, document.size, document.status = before.body, before.size, 200
            document.body.seek(0, 2)
            return self._digest
        if before:
            before.body.close()
        self._digest = hashlib.sha256()
        return self._digest

    def _is_rest(self, before: Document, document: Document) -> bool:
        """Tell whether a part begins where the bytes before end, in the same version (RFC 9110, 15.3.7.3)."""
        found = re.fullmatch(r"\s*bytes\s+(\d+)-\d+/(\d+|\*)\s*", document.headers.get("content-range", ""))
        old, new = before.validators.etag, document.validators.etag
        packed = http_headers.content_codings(document.headers.get("content-encoding", ""))
        if not found or int(found[1]) != before.size or packed or (old and new and old != new):
            return False
        self.total = int(found[2]) if found[2].isdecimal() else 0
        return True

    def keep(self, document: Document) -> bool:
        """Keep what came of ``document``; False when the rest could not be asked for."""
        etag = document.validators.etag
        known = document.validators.last_modified if not etag or etag.startswith("W/") else etag
        plain = not http_headers.content_codings(document.headers.get("content-encoding", ""))
        if not known or not document.size or not plain:
            return False
        document.validators = replace(document.validators, etag=etag if known == etag else "")
        self._document = document
        return True

    @property
    def is_waiting(self) -> bool:
        """Whether the rest of a file was asked for."""
        return self._document is not None

    def drop(self) -> None:
        """Forget it."""
        if self._document:
            self._document.body.close()
            self._document = None
