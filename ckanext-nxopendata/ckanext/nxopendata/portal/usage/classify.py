"""What counts as use of the site, seen from one answered request. Imports nothing of CKAN.

Nothing of the reader is kept: no address, no cookie, no browser. What remains is that something was used on a day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ckanext.nxopendata.core.payload import value_types

ROBOT = re.compile(r"bot\b|crawl|spider|slurp|preview|monitor|lighthouse|headless", re.IGNORECASE)
LONGEST_WORD = 20
TELLING = re.compile(r"[@:：/\\<>]|\d{5,}")
"""Addresses, numbers of persons and telephones, and CKAN's query syntax are no hot words."""
LONGEST_OBJECT = 200
"""Characters. Names of datasets have at most 100; PostgreSQL indexes no text above 2,704 bytes."""

KINDS = ("view", "download", "api", "search", "bulk")


@dataclass(frozen=True, slots=True)
class Use:
    """One use: ``kind`` of ``KINDS``; ``object`` the dataset (id or name), the action, the words or the file."""

    kind: str
    object: str

    @property
    def is_countable(self) -> bool:
        """Whether it can be counted and stored: a known kind, and one short line of text.

        >>> Use("view", "renkou").is_countable, Use("view", "ren\\0kou").is_countable, Use("view", "").is_countable
        (True, False, False)
        """
        return (
            self.kind in KINDS
            and 0 < len(self.object) <= LONGEST_OBJECT
            and not value_types.CONTROLS.search(self.object)
        )


def classify_request(
    *,
    method: str,
    endpoint: str,
    status: int,
    values: Mapping[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
) -> Use | None:
    """What a request was use of; None when it was none, or a robot's or the site's own.

    Args:
        method: of HTTP.
        endpoint: Flask's, such as ``dataset.read``.
        status: of the answer.
        values: what the address named, such as ``id``.
        query: the query string.
        headers: of the request, by their usual names.
    """
    if method not in ("GET", "POST") or not 200 <= status < 400 or status == 304:
        return None
    if "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", "")):
        return None
    if endpoint == "api.action":
        # A page of the site that asks its own API is no programmer's call.
        own = headers.get("Sec-Fetch-Site") == "same-origin"
        return None if own else Use("api", values.get("logic_function", ""))
    if method != "GET" or ROBOT.search(headers.get("User-Agent", "")):
        return None
    room, _, view = endpoint.rpartition(".")
    if room.endswith("resource") and view == "download":
        return Use("download", values.get("id", "")) if _from_the_start(headers) else None
    if endpoint == "dataset.read":
        return Use("view", values.get("id", ""))
    if endpoint == "nx_portal.bulk":
        return Use("bulk", values.get("kind", ""))
    if endpoint == "dataset.search" and "page" not in query and (word := hot_word(query.get("q", ""))):
        return Use("search", word)
    return None


def hot_word(query: str) -> str:
    """A query as a hot word; "" when it is none: empty, long, telling of a person, or in query syntax.

    >>> hot_word(" ５Ａ 景区 "), hot_word("640102199001010011"), hot_word("nx_theme:18")
    ('5a 景区', '', '')
    """
    word = " ".join(unicodedata.normalize("NFKC", query).lower().split())
    return "" if not word or word == "*" or len(word) > LONGEST_WORD or TELLING.search(word) else word


def _from_the_start(headers: Mapping[str, str]) -> bool:
    """A download continued, or fetched in pieces, counts once: with its first byte."""
    return headers.get("Range", "bytes=0-").startswith("bytes=0-")
