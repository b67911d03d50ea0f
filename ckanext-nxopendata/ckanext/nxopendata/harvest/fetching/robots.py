"""What the robots.txt of a host lets programs read (RFC 9309)."""

from __future__ import annotations

from urllib.parse import urlsplit

from protego import Protego

from ckanext.nxopendata.harvest.errors import FetchError
from ckanext.nxopendata.harvest.fetching import addresses
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.client import Fetcher

MOST_BYTES = 512 * 1024
"""Of a robots.txt that are read (RFC 9309, 2.5)."""

LONGEST_DELAY = 30.0
"""Seconds between two requests that are kept to; a site that asks for more would never be read."""


class Robots:
    """The robots.txt of the hosts that a client reads from; each is fetched once, when it is first asked for.

    A host without one, or whose one cannot be read, forbids nothing: its catalogue was just answered.

    Args:
        client: Fetches them; its user agent is the one that is looked for.
    """

    def __init__(self, client: Fetcher) -> None:
        self._client = client
        self._rules: dict[str, Protego] = {}

    def allows(self, url: str) -> bool:
        """Tell whether ``url`` may be read; what is no address is not forbidden, asking for it says what is wrong."""
        try:
            url = addresses.to_request(url)
        except AddressError:
            return True
        return self._of(url).can_fetch(url, self._client.user_agent)

    def delay(self, url: str) -> float:
        """Return the seconds that the host of ``url`` wants between two requests; 0 when it says nothing."""
        rules, agent = self._of(url), self._client.user_agent
        rate = rules.request_rate(agent)
        asked = max(rules.crawl_delay(agent) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0)
        return min(asked, LONGEST_DELAY)

    def _of(self, url: str) -> Protego:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = self._fetch(f"{origin}/robots.txt")
        return self._rules[origin]

    def _fetch(self, url: str) -> Protego:
        content = ""
        try:
            with self._client.get(url, accept="text/plain, */*;q=0.1", retry=False) as document:
                if document.media_type in ("", "text/plain"):
                    content = document.head(MOST_BYTES).decode("utf-8-sig", "replace")
        except FetchError:
            pass
        return Protego.parse(content)
