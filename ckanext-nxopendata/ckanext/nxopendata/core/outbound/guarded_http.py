"""HTTP sessions that connect to public addresses only, and that end in time.

A name is resolved once, every address it has is checked, and the connection goes to exactly the address that was
checked, so that neither a redirect nor a second DNS answer leads into a private network (server-side request forgery).
"""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from ckanext.nxopendata.core.outbound.errors import ForbiddenAddressError, UnknownHostError

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA has given out of IPv6 for the public; ``is_global`` is true of more (site-local ``fec0::/10``)."""
NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Special-purpose networks (IANA's registries: RFC 6890, 7526, 9637) that Python's ``is_global`` takes for public."""


class AddressGuard:
    """Decides which addresses may be connected to.

    Args:
        allowed_hosts: Host names, addresses or networks (``10.1.0.0/16``) that are exempt.
    """

    def __init__(self, allowed_hosts: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for entry in allowed_hosts:
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._names.add(entry.lower().rstrip("."))

    def resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of ``host`` that may be connected to.

        Raises:
            ForbiddenAddressError: One of them is not public and not allowed.
            UnknownHostError: The name does not resolve.
        """
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UnknownHostError(host) from error
        addresses = list(dict.fromkeys(str(item[4][0]) for item in answers))
        if host.lower().rstrip(".") in self._names:
            return addresses
        for address in addresses:
            if not self._is_permitted(address):
                raise ForbiddenAddressError(host, address)
        return addresses

    def _is_permitted(self, text: str) -> bool:
        address = _unwrap(ipaddress.ip_address(text.partition("%")[0]))
        if any(address in network for network in self._networks):
            return True
        if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_UNICAST:
            return False
        if any(address in network for network in NOT_PUBLIC):
            return False
        return address.is_global and not (address.is_multicast or address.is_reserved)


def _unwrap(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address inside a mapped, 6to4, Teredo or NAT64 address: that is where packets end."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


class RequestTimer:
    """Ends a request after a time, whatever its server does: a read timeout starts again with every byte."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True

    def __enter__(self) -> RequestTimer:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connected: socket.socket) -> None:
        """Hang up on this connection when the time is over."""
        self._socket = connected
        if self.expired:
            self._hang_up()

    def _hang_up(self) -> None:
        self.expired = True
        if self._socket:
            with contextlib.suppress(OSError):
                # Not the method of a TLS socket: that one lets the reading thread go on in plain text.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _GuardedConnection(HTTPConnection):
    """A connection to an address that a guard has passed.

    Args:
        guard: Decides which addresses may be connected to.
        watch: Takes the socket that an answer is about to be read from.
    """

    def __init__(self, *args: Any, guard: AddressGuard, watch: Callable[[socket.socket], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard, self._watch = guard, watch

    def _new_conn(self) -> socket.socket:
        error: Exception = OSError()
        for address in self._guard.resolve(self._dns_host, self.port):
            try:
                return create_connection((address, self.port), self.timeout, socket_options=self.socket_options)
            except TimeoutError as timeout:
                error = urllib3.exceptions.ConnectTimeoutError(self, str(timeout))
            except OSError as refused:
                error = urllib3.exceptions.NewConnectionError(self, str(refused))
        raise error

    def getresponse(self) -> Any:
        self._watch(self.sock)
        return super().getresponse()


class _GuardedTLSConnection(_GuardedConnection, HTTPSConnection):
    """The same with TLS."""


def _guarded_adapter(guard: AddressGuard, watch: Callable[[socket.socket], None]) -> HTTPAdapter:
    """Return an adapter whose connections go to an address that ``guard`` has passed, and to no other.

    Args:
        guard: Decides which addresses may be connected to.
        watch: Takes the socket that an answer is about to be read from.
    """
    adapter = HTTPAdapter(max_retries=0)
    adapter.poolmanager.pool_classes_by_scheme = {
        scheme: functools.partial(_pool, pool, functools.partial(connection, guard=guard, watch=watch))
        for scheme, pool, connection in (
            ("http", HTTPConnectionPool, _GuardedConnection),
            ("https", HTTPSConnectionPool, _GuardedTLSConnection),
        )
    }
    return adapter


def _pool(pool_class: type[HTTPConnectionPool], connection: Any, *args: Any, **options: Any) -> HTTPConnectionPool:
    """Make a pool whose connections ``connection`` makes."""
    pool = pool_class(*args, **options)
    pool.ConnectionCls = connection
    return pool


class GuardedSession(requests.Session):
    """A session that does not follow redirects: requests would read their bodies whole, without any limit.

    Attributes:
        timer: Ends the request that is under way.
    """

    timer = RequestTimer(0)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target, so that no redirect is followed."""


def guarded_session(guard: AddressGuard, user_agent: str) -> GuardedSession:
    """Return a session that connects to what ``guard`` passes, through no proxy, and follows no redirect.

    Start its timer with each request: ``with RequestTimer(60) as session.timer: session.get(…)``.
    """
    session = GuardedSession()
    # Proxies and .netrc of the environment would lead around the guard.
    session.trust_env = False
    session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate, br"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, _guarded_adapter(guard, lambda connected: session.timer.watch(connected)))
    return session
