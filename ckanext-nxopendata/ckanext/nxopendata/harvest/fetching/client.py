"""The HTTP client of the harvest.

Every request of a harvest is made here, to addresses that :mod:`.ssrf` has checked. The client bounds time, size,
redirects and decompression, tries again only where that can help, and names itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from ckanext.nxopendata.core.outbound.guarded_http import RequestTimer, guarded_session
from ckanext.nxopendata.harvest.errors import FetchError, LimitError, TransientFetchError
from ckanext.nxopendata.harvest.fetching import addresses, codings, http_headers
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.partial_content import Part
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard

CHUNK = 64 * 1024
SPOOL_IN_MEMORY = 4 * 1024 * 1024
RETRIABLE_STATUS = frozenset({202, 408, 425, 429, 500, 502, 503, 504})
"""The answer may come later; 202 says that it is not made yet."""
REDIRECT_STATUS = frozenset({301, 302, 303, 307, 308})
LONGEST_ADDRESS = 8000
"""Characters; more than servers need to take (RFC 9110, 4.1)."""
LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more is taken up on it by the next run."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request. Seconds and bytes; ``bytes`` counts after decompression."""

    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 600
    bytes: int = 512 * 1024 * 1024
    redirects: int = 5
    retries: int = 3
    backoff_seconds: float = 1.0
    requests_per_second: float = 10


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask "has it changed?" with (RFC 9110, 13.1)."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value}


@dataclass(slots=True)
class Document:
    """An answer, decompressed, in a file that spills to disk. Use it as a context manager.

    Attributes:
        url: The address after redirects; relative references resolve against it.
        media_type: Lower case, without parameters, "" if not given.
        charset: What the server declared, "" if nothing.
        not_modified: The server answered 304 and there is no body.
    """

    url: str
    status: int
    media_type: str
    charset: str
    validators: Validators
    body: IO[bytes]
    size: int = 0
    sha256: str = ""
    not_modified: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Document:
        return self

    def __exit__(self, *_: object) -> None:
        self.body.close()

    def head(self, size: int = 4096) -> bytes:
        """Return the first bytes; the position is set back to the start."""
        self.body.seek(0)
        data = self.body.read(size)
        self.body.seek(0)
        return data

    def tail(self, size: int) -> bytes:
        """Return the last bytes; the position is set back to the start."""
        self.body.seek(max(0, self.size - size))
        data = self.body.read()
        self.body.seek(0)
        return data


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A header that lets us in, sent to one origin (``https://host:port``) only."""

    origin: str
    name: str
    value: str = field(repr=False)


class Fetcher:
    """Reads addresses over HTTP(S) within :class:`Limits`.

    Args:
        guard: Which addresses may be connected to.
        user_agent: Says who asks and where to complain.
        authorisation: Sent to its origin only, also after redirects.
        reserve_slot: Where several processes send requests to the same host: takes a host and the seconds between two
            requests, returns the seconds to wait. Without it, or when it returns None, this client alone keeps the
            rate.
    """

    def __init__(
        self,
        guard: AddressGuard,
        limits: Limits | None = None,
        *,
        user_agent: str = "nxopendata-harvester",
        authorisation: Authorisation | None = None,
        reserve_slot: Callable[[str, float], float | None] | None = None,
    ) -> None:
        self._reserve_slot = reserve_slot
        self.user_agent = user_agent
        self.limits = limits or Limits()
        self._authorisation = authorisation
        self._last_request: dict[str, float] = {}
        self._session = guarded_session(guard, user_agent)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        validators: Validators | None = None,
        resume: bool = False,
        retry: bool = True,
    ) -> Document:
        """Read ``url``, following redirects.

        Args:
            retry: Whether to try again after a passing fault; not for what a run can do without.
            resume: After a broken connection ask for the rest only (RFC 9110, 14.2); for large files.

        Raises:
            FetchError: With a code that says why; :class:`TransientFetchError` after the last retry.
        """
        attempt, part = 0, Part() if resume else None
        while True:
            try:
                with RequestTimer(self.limits.total_seconds) as self._session.timer:
                    return self._get_once(url, accept, validators or Validators(), part)
            except TransientFetchError as error:
                if self._session.timer.expired:
                    if part:
                        part.drop()
                    raise LimitError("too_slow", url=url, limit=self.limits.total_seconds) from error
                attempt += 1
                wait = error.retry_after or self.limits.backoff_seconds * 2 ** (attempt - 1)
                if not retry or attempt > self.limits.retries or wait > LONGEST_WAIT:
                    if part:
                        part.drop()
                    raise
                time.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311  jitter, not a secret

    def _get_once(self, url: str, accept: str, validators: Validators, part: Part | None) -> Document:
        try:
            url = addresses.to_request(url)
        except AddressError as error:
            raise FetchError("address_unusable", url=url) from error
        seen: set[tuple[str, str]] = set()
        while True:
            if len(url) > LONGEST_ADDRESS:
                raise LimitError("address_too_long", url=f"{url[:200]}…", limit=LONGEST_ADDRESS)
            seen.add((url, self._cookies()))  # a page that sets a cookie may lead to itself
            response = self._request(url, accept, validators, part)
            try:
                if response.status_code not in REDIRECT_STATUS:
                    return self._document(url, response, part, conditional=bool(validators.headers()))
                target = _location(response)
            finally:
                response.close()
            if not target.strip():
                raise FetchError("redirect_nowhere", url=url, status=response.status_code, target="")
            try:
                following = addresses.to_request(addresses.follow(url, target))
            except AddressError as error:
                shown = target.encode("latin-1", "replace").decode("utf-8", "replace")[:200]
                raise FetchError("redirect_nowhere", url=url, status=response.status_code, target=shown) from error
            if (following, self._cookies()) in seen or len(seen) > self.limits.redirects:
                raise LimitError("too_many_redirects", url=url, limit=self.limits.redirects)
            url = following

    def _cookies(self) -> str:
        """Return what changes when a server sets a cookie."""
        return repr(sorted((cookie.domain, cookie.name, cookie.value or "") for cookie in self._session.cookies))

    def _request(self, url: str, accept: str, validators: Validators, part: Part | None) -> requests.Response:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        headers = {"Accept": accept, **validators.headers(), **(part.headers(url) if part else {})}
        if self._authorisation and self._authorisation.origin == origin:
            headers[self._authorisation.name] = self._authorisation.value
        self._keep_distance(parts.hostname or "")
        try:
            return self._session.get(
                url,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(self.limits.connect_seconds, self.limits.read_seconds),
            )
        except requests.exceptions.SSLError as error:
            raise FetchError("certificate_invalid", url=url, reason=_reason(error)) from error
        except requests.exceptions.Timeout as error:
            raise TransientFetchError("timed_out", url=url) from error
        except requests.exceptions.ConnectionError as error:
            raise TransientFetchError("connection_failed", url=url, reason=_reason(error)) from error
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise FetchError("address_unusable", url=url) from error

    def _keep_distance(self, host: str) -> None:
        """Wait so that a host sees no more than ``requests_per_second``."""
        if not self.limits.requests_per_second:
            return
        gap = 1 / self.limits.requests_per_second
        wait = self._reserve_slot(host, gap) if self._reserve_slot else None
        if wait is None:
            wait = self._last_request.get(host, -gap) + gap - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last_request[host] = time.monotonic()

    def _document(self, url: str, response: requests.Response, part: Part | None, *, conditional: bool) -> Document:
        status = response.status_code
        if status == 304 and not conditional:
            raise FetchError("not_modified_unasked", url=url)
        media_type, charset = http_headers.media_type(response.headers.get("Content-Type", ""))
        document = Document(
            url=url,
            status=status,
            media_type=media_type,
            charset=charset,
            validators=Validators(response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")),
            body=tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY),  # noqa: SIM115  Document closes it
            not_modified=status == 304,
            headers={name.lower(): value for name, value in response.headers.items()},
        )
        if document.not_modified:
            return document
        try:
            if status == 416 and part and part.is_waiting:  # what came before is not of this version
                part.drop()
                raise TransientFetchError("connection_broken", url=url, received=0)
            if status in RETRIABLE_STATUS:
                after = http_headers.seconds_to_wait(response.headers.get("Retry-After", ""))
                raise TransientFetchError("server_error", url=url, status=status, retry_after=after)
            if not 200 <= status < 300:
                raise FetchError("server_refused", url=url, status=status)
            if status == 206 and not (part and part.is_waiting):
                raise FetchError("part_unasked", url=url)
            digest = hashlib.sha256()
            if part:
                digest = part.continued(document, response)
            self._receive(url, response, document, digest)
            if part and document.size < part.total:
                raise TransientFetchError("connection_broken", url=url, received=document.size)
        except TransientFetchError:
            if part and part.keep(document):
                raise
            document.body.close()
            raise
        except BaseException:
            document.body.close()
            raise
        return document

    def _receive(self, url: str, response: requests.Response, document: Document, digest: Any) -> None:
        chunks = self._raw_chunks(url, response)
        applied = http_headers.content_codings(response.headers.get("Content-Encoding", ""))
        for coding in applied:
            chunks = codings.decode(coding, chunks, url)
        if applied and "zip" not in document.media_type and not urlsplit(url).path.endswith(("gz", ".z")):
            chunks = codings.unwrap(chunks, url)
        for chunk in chunks:
            document.size += len(chunk)
            if document.size > self.limits.bytes:
                raise LimitError("too_large", url=url, limit=self.limits.bytes)
            digest.update(chunk)
            document.body.write(chunk)
        document.sha256 = digest.hexdigest()
        document.body.seek(0)

    def _raw_chunks(self, url: str, response: requests.Response) -> Iterator[bytes]:
        """Yield the bytes as sent."""
        received = 0
        try:
            while chunk := response.raw.read1(CHUNK, decode_content=False):
                received += len(chunk)
                yield chunk
        except urllib3.exceptions.TimeoutError as error:
            raise TransientFetchError("timed_out", url=url) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TransientFetchError("connection_broken", url=url, received=received) from error
        declared = response.headers.get("Content-Length", "")
        if self._session.timer.expired or (declared.isdecimal() and received < int(declared)):
            raise TransientFetchError("connection_broken", url=url, received=received)


def _location(response: requests.Response) -> str:
    """Return where a redirect leads; all of the addresses where several different ones are given, which is none."""
    given = list(dict.fromkeys(value.strip() for value in response.raw.headers.getlist("Location")))
    return ", ".join(given)


def _reason(error: Exception) -> str:
    """Return the innermost cause, which is the one that tells a person something."""
    cause: Any = error
    with contextlib.suppress(AttributeError, IndexError):
        while isinstance(cause.args[0], Exception):
            cause = getattr(cause.args[0], "reason", cause.args[0])
    return cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else type(cause).__name__
