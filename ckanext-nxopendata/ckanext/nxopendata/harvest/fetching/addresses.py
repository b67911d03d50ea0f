"""Web addresses as people type them and servers send them: the only place that makes an address of a text.

The rules are those of the WHATWG URL Standard as far as browsers and servers depend on them: white space around an
address is dropped, a scheme may be written in capitals, what may not stand in an address is percent-encoded once, and
a host that no browser accepts is refused. Nothing here raises anything but :class:`AddressError`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urljoin

import idna

SCHEMES = ("http", "https", "ftp")

_AROUND = "\u3000\u200b\u200c\u200d\u2060\ufeff\u202a\u202c \t\r\n\f\v\x00'\"“”‘’"
_BREAKS = re.compile(r"[\t\r\n\x00]+")
_PARTS = re.compile(r"(?s)(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?\Z")
_NOT_IN_PATH = re.compile(r"""[\x00-\x20"<>\\^`{|}\x7f-\xa0\ud800-\udfff]""")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_PORT = re.compile(r"[0-9]{0,5}")


class AddressError(ValueError):
    """A text is no web address."""


def read_address(written: str, base: str = "") -> str:
    """Return the absolute address that a text holds, ready to be published: characters of other scripts stay.

    Args:
        base: The page that a relative address (``/path``, ``./path``, ``//host``) stands on.

    Raises:
        AddressError: It is none, or none that a browser opens.
    """
    text = _BREAKS.sub("", written.strip(_AROUND))
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip(_AROUND)
    if text[:4].lower() == "www.":
        text = f"https://{text}"
    text = _plain_start(text)
    if base and (text.startswith(("/", "./", "../"))):
        text = resolve(base, text)
    found = _PARTS.match(text)
    if found is None:
        raise AddressError(written)
    scheme, authority, path, query, fragment = found.groups()
    if (scheme or "").lower() not in SCHEMES or not authority:
        raise AddressError(written)
    address = f"{scheme.lower()}://{_authority(authority)}{_encode(path)}"
    for sign, part in (("?", query), ("#", fragment)):
        address += f"{sign}{_encode(part)}" if part is not None else ""
    return address


_START = re.compile(r"(?i)(https?|ftp)\s*[:：]\s*([/\\]{2,})")


def _plain_start(text: str) -> str:
    """Return an address whose scheme and strokes are typed full-width or as backslashes as a browser reads it."""
    head = unicodedata.normalize("NFKC", text[:16])
    found = _START.match(head)
    if not found or text.startswith(f"{found[1]}://"):
        return text
    rest = re.sub("[/／]", "/", text[found.end() :], count=1)
    return f"{found[1]}://{rest.replace(chr(92), '/') if chr(92) in found[2] else rest}"


def to_request(address: str) -> str:
    """Return an address in the characters that a request line may hold, without its fragment.

    Raises:
        AddressError: It is no address of a web server.
    """
    address = read_address(address)
    if not address.startswith("http"):
        raise AddressError(address)
    found = _PARTS.match(address.partition("#")[0])
    if found is None:
        raise AddressError(address)
    scheme, authority, path, query, _ = found.groups()
    path = quote_bytes((path or "/").encode("utf-8", "replace"))
    return f"{scheme}://{authority}{path}" + (
        f"?{quote_bytes(query.encode('utf-8', 'replace'))}" if query is not None else ""
    )


def follow(base: str, location: str) -> str:
    """Return where a redirect leads.

    Args:
        base: What was asked for.
        location: The header as an HTTP library gives it: its bytes read as Latin-1. Servers send UTF-8 there, or the
            bytes of another encoding, which are sent back as they are.

    Raises:
        AddressError: It leads nowhere.
    """
    raw = location.encode("latin-1", "replace")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = quote_bytes(raw)
    text = text.strip(_AROUND)
    if not text:
        raise AddressError(location)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    return read_address(text if scheme else resolve(base, text))


def origin_of(address: str) -> tuple[str, str]:
    """Return the scheme and the host with its port of an address, in lower case; empty texts where it has none."""
    found = _PARTS.match(address)
    scheme, authority = found.groups()[:2] if found else ("", "")
    return (scheme or "").lower(), (authority or "").rpartition("@")[2].lower()


def host_of(address: str) -> str:
    """Return the host of an address in lower case; "" when it has none."""
    found = _PARTS.match(address)
    authority = (found.group(2) if found else None) or ""
    authority = authority.rpartition("@")[2]
    return (authority[1:].partition("]")[0] if authority.startswith("[") else authority.partition(":")[0]).lower()


def is_private(address: str) -> bool:
    """Tell whether an address only means something inside a network: ``localhost``, a bare name, ``10.0.0.1``."""
    host = host_of(address).rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))


def is_listed(host: str, entries: Iterable[str]) -> bool:
    """Tell whether a host is among names, addresses and networks (``10.1.0.0/16``)."""
    for entry in entries:
        if host == entry.lower():
            return True
        with contextlib.suppress(ValueError):
            if ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False):
                return True
    return False


def quote_bytes(raw: bytes) -> str:
    """Percent-encode the bytes that may not stand in an address, those of other scripts included."""
    return "".join(chr(byte) if 0x21 <= byte <= 0x7E and byte not in b'"<>\\^`{|}' else f"%{byte:02X}" for byte in raw)


def encode_for_iri(text: str) -> str:
    """Return an IRI with the characters percent-encoded that RFC 3987 forbids; nothing else is touched."""
    return _NOT_IN_PATH.sub(_percent, text)


def resolve(base: str, text: str) -> str:
    """Return the address that a reference on a page means (RFC 3986, 5), as it is written.

    Raises:
        AddressError: It leads nowhere.
    """
    try:
        return urljoin(base, text)
    except ValueError as error:
        raise AddressError(text) from error


def _encode(part: str) -> str:
    return _NOT_IN_PATH.sub(_percent, _STRAY_PERCENT.sub("%25", part))


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))


def _authority(written: str) -> str:
    user, at, host = written.rpartition("@")
    if host.startswith("["):
        address, bracket, rest = host[1:].partition("]")
        try:
            ipaddress.IPv6Address(address)
        except ValueError as error:
            raise AddressError(written) from error
        if not bracket or (rest and (rest[0] != ":" or not _is_port(rest[1:]))):
            raise AddressError(written)
        return f"{_encode(user)}{at}[{address}]{rest}"
    name, colon, port = host.partition(":")
    if not _is_port(port):
        raise AddressError(written)
    return f"{_encode(user)}{at}{_host(name)}{colon if port else ''}{port}"


def _is_port(written: str) -> bool:
    return bool(_PORT.fullmatch(written)) and int(written or 0) <= 65535


def _host(written: str) -> str:
    name = unicodedata.normalize("NFKC", written)
    if re.search(r"[\x00-\x20/?#@:\\<>\[\]^|%{}`\"]", name):
        raise AddressError(written)
    if not name.isascii():
        try:
            idna.encode(name, uts46=True)
        except (idna.IDNAError, UnicodeError) as error:
            raise AddressError(written) from error
        return name.lower()
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise AddressError(written)
    return name.lower()
