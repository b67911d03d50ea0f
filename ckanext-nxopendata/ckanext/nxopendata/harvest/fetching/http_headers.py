"""Headers as servers really send them: content codings, names of files, times to wait. Nothing here raises."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import email.utils
import quopri
import re
import time
import unicodedata
from urllib.parse import unquote_to_bytes

CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "x-deflate": "deflate", "br": "br"}
"""Content codings that are undone; ``identity``, and what only looks like one (``utf-8``, ``none``, ``aws-chunked``),
means that the body is as it is."""

COMPRESSIONS = frozenset({"compress", "x-compress", "zstd", "bzip2", "x-bzip2", "xz", "lzma", "dcb", "dcz", "exi"})
"""Codings that cannot be undone here: the body is not what it should be."""


def content_codings(header: str) -> list[str]:
    """Return the codings to undo, in that order: the last one that was applied comes first (RFC 9110, 8.4)."""
    tokens = [token.partition(";")[0].strip().strip("\"'").lower() for token in header.split(",")]
    return [CODINGS.get(token, token) for token in reversed(tokens) if token in CODINGS or token in COMPRESSIONS]


def seconds_to_wait(header: str) -> float | None:
    """Return the seconds that ``Retry-After`` asks for (RFC 9110, 10.2.3): a number, a date; None for anything else."""
    text = header.strip()
    if found := re.fullmatch(r"(\d{1,12})(?:\.\d*)?\s*(?:s|sec|seconds)?", text, re.ASCII | re.IGNORECASE):
        return float(found[1])
    moment = read_date(text)
    return max(0.0, moment - time.time()) if moment is not None else None


def read_date(text: str) -> float | None:
    """Return the moment of an HTTP date in one of its three forms, or of an ISO 8601 one; None for anything else."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def media_type(header: str) -> tuple[str, str]:
    """Return the media type in lower case, without parameters, and the charset that is declared; "" for neither."""
    kind, _, parameters = header.partition(";")
    found = re.search(r"""charset\s*=\s*["']?\s*([^\s;,"']+)""", parameters, re.IGNORECASE)
    return kind.partition(",")[0].strip().lower(), found[1].lower() if found else ""


# Content-Disposition

_STAR = re.compile(r"""(?:^|;)\s*filename\*\s*=\s*"?\s*([\w-]+)'[^']*'([^;"]+)""", re.IGNORECASE)
_QUOTED = re.compile(r"""(?:^|;)\s*filename\s*=\s*"((?:[^"\\]|\\.)*)(?:"|\\?\Z)""", re.IGNORECASE)
_BARE = re.compile(r"""(?:^|;)\s*filename\s*=\s*([^;"][^;]*)""", re.IGNORECASE)
_ENCODED_WORD = re.compile(r"=\?([\w-]+)\?([bBqQ])\?([^?]*)\?=")
_NOT_IN_NAME = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Signs that a system does not take, and those that nobody sees or that turn the order of the others round."""

LONGEST_NAME = 200


def file_name(header: str) -> str:
    """Return the name that ``Content-Disposition`` gives a file; "" when it gives none.

    Understood are ``filename*`` (RFC 8187), which comes first, and ``filename`` (RFC 6266) in the ways that servers
    write Chinese names there: raw UTF-8 or GBK, percent-encoded, or as an encoded word of e-mail. The folders of a path
    are left out.

    Args:
        header: As an HTTP library gives it: its bytes read as Latin-1.
    """
    if found := _STAR.search(header):
        raw = unquote_to_bytes(found[2].strip())
        try:
            name = raw.decode(found[1])
        except (LookupError, UnicodeDecodeError):
            name = _decode(raw)
        if clean := clean_name(name):
            return clean
    quoted = _QUOTED.search(header)
    bare = quoted or _BARE.search(header)
    if not bare:
        return ""
    text = bare[1].strip()
    if quoted and not re.search(r"^[A-Za-z]:\\", text):
        text = re.sub(r"\\([\"\\])", r"\1", text)
    name = _ENCODED_WORD.sub(lambda word: _encoded_word(*word.groups()), text)
    if name == text:
        name = _decode(text.encode("latin-1", "replace"))
    if re.search(r"%[0-9A-Fa-f]{2}", name):
        plain = _decode(unquote_to_bytes(name))
        name = plain if "\ufffd" not in plain else name
    return clean_name(name)


def clean_name(name: str) -> str:
    """Return the name of a file without folders and without signs that no system takes; "" when nothing is left."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    last = _NOT_IN_NAME.sub("", last).strip().strip(".").strip()
    if len(last) > LONGEST_NAME:
        stem, point, suffix = last.rpartition(".")
        last = f"{stem[: LONGEST_NAME - len(suffix) - 1]}{point}{suffix}" if point else last[:LONGEST_NAME]
    return last


def name_in_address(url: str) -> str:
    """Return the name of the file that an address ends in, written in UTF-8 or GBK; "" when it ends in a folder."""
    path = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")[2].partition("/")[2]
    return clean_name(_decode(unquote_to_bytes(path.rpartition("/")[2])))


def _decode(raw: bytes) -> str:
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _encoded_word(charset: str, kind: str, text: str) -> str:
    try:
        raw = base64.b64decode(text) if kind in "bB" else quopri.decodestring(text.replace("_", " ").encode())
        return raw.decode(charset)
    except (LookupError, UnicodeDecodeError, binascii.Error, ValueError):
        return ""
