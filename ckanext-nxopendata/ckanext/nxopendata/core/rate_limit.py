"""How often something may be asked for, or sent to somebody, within a span of time. Counted in Redis.

The actions ask, so that a page and the API are one count. A reader is told apart by the address of the request, a
recipient by the address that is written to; only a digest of it that changes every day is kept, until the span ends.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response, g, has_request_context

from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import now

AN_HOUR = 3600


class TooOftenError(tk.ValidationError):
    """Somebody asked too often; a page answers it with 429."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``times`` of ``what`` within ``seconds`` from the first."""

    what: str
    times: int
    seconds: int = AN_HOUR

    def allows(self, whom: str) -> bool:
        """Whether ``whom`` may once more; counts the attempt."""
        return self._count(whom) == 0

    def check(self, whom: str, field: str) -> None:
        """Count an attempt of ``whom``.

        Raises:
            TooOftenError: at ``field``, and when to come back.
        """
        self._refuse(self._count(whom), field)

    def check_reader(self, field: str) -> None:
        """The same for whoever sent the request at hand: by address and, of who is signed in, by account as well.

        Without a request nobody is limited.
        """
        if has_request_context():
            address = self._count(network(tk.request.remote_addr or ""), is_told=True)
            user = tk.current_user
            self._refuse(max(address, self._count(f"account {user.id}") if user.is_authenticated else 0), field)

    def count_reader(self) -> int:
        """Count a request of the account that sent it, of nobody's by address.

        Returns:
            Seconds to wait, 0 when it is allowed.
        """
        user = tk.current_user
        whom = f"account {user.id}" if user.is_authenticated else network(tk.request.remote_addr or "")
        return self._count(whom, is_told=True)

    def _refuse(self, seconds: int, field: str) -> None:
        if seconds:
            raise TooOftenError({field: [describe_wait(seconds)]})

    def _count(self, whom: str, *, is_told: bool = False) -> int:
        """Count an attempt; the seconds to wait, 0 when it is allowed."""
        secret, day = tk.config["SECRET_KEY"], now().date().isoformat()
        who = hashlib.sha256(f"{secret} {day} {whom}".encode()).hexdigest()[:20]
        key = f"nx:limit:{tk.config['ckan.site_id']}:{self.what}:{who}"
        pipe: Any = client().pipeline()
        # The span and the count are made in one step: a count without an end would lock somebody out for good.
        pipe.set(key, 0, ex=self.seconds, nx=True)
        pipe.incr(key)
        pipe.ttl(key)
        _, number, rest = pipe.execute()
        rest = max(rest, 1)
        if is_told:
            g.setdefault("nx_limits", []).append((self, max(self.times - number, 0), rest))
        return rest if number > self.times else 0


def describe_wait(seconds: int) -> str:
    """Return what a reader who asked too often is told: when to come back, in minutes begun."""
    return tk._("Too many requests. Please try again in {minutes} minutes.").format(minutes=-(-seconds // 60))


def add_headers(response: Response) -> Response:
    """Tell readers the limits that their request was counted for, and what is left of each.

    ``RateLimit-Policy`` and ``RateLimit`` of draft-ietf-httpapi-ratelimit-headers. Limits by recipient are not told:
    they would tell what somebody else did.
    """
    told: list[tuple[Limit, int, int]] = g.get("nx_limits", [])
    if told:
        policies = (f'"{limit.what}";q={limit.times};w={limit.seconds}' for limit, _, _ in told)
        response.headers["RateLimit-Policy"] = ", ".join(policies)
        response.headers["RateLimit"] = ", ".join(f'"{limit.what}";r={left};t={rest}' for limit, left, rest in told)
        if waits := [rest for _, left, rest in told if not left and response.status_code >= 400]:
            response.headers["Retry-After"] = str(max(waits))
    return response


def mailbox(address: str) -> str:
    """The mailbox that an address reaches: without case, and without what stands after ``+`` in its name.

    >>> mailbox("Li+news@Example.org")
    'li@example.org'
    """
    name, _, host = address.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def network(address: str) -> str:
    """The address; of IPv6 the network of one customer, who has the addresses of a /64 at will.

    >>> network("192.0.2.1"), network("2001:db8::1"), network("")
    ('192.0.2.1', '2001:db8::', '')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False).network_address)
