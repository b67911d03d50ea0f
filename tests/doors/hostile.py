"""Values that no field asks for, and requests that carry them."""

from __future__ import annotations

import random
from typing import Any

TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\x01\x0b\x1f",
    "\x7f\x85\u2028",
    "\ud800",
    "a\udfffb",
    "\ufffe\uffff",
    "{!x}",
    "{!xmlparser v='<x/>'}",
    "'",
    "'; SELECT 1; --",
    '"',
    "\"'`",
    "*:*",
    "a:b:c",
    "(((((",
    "[* TO",
    "a" * 1000,
    "../../../../etc/passwd",
    "%00",
    "%",
    "${7*7}{{7*7}}",
    "<script>alert(1)</script>",
    "-1",
    "1e400",
    "999999999999999999999",
    "9223372036854775808",
    "2147483648",
    "NaN",
    "null",
    "true",
    "²",
    "٣",
    "2024-02-31",
    "9999-12-31T23:59:59.999999+23:59",
    "0001-01-01",
    "_table_metadata",
    "pg_class",
    "self",
    "me",
    "{}",
    "[]",
    '["a",',
    "[" * 20_000,
    '{"a":' * 20_000,
    "=1+1",
    "a,b",
    "a\r\nX: y",
    "😀" * 50,
    "\u202e",
)
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    10**30,
    -(10**30),
    1.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [None],
    [[]],
    [{}],
    ["a", 1, None],
    [["a"]],
    [{"id": ["a"]}],
    [{"name": None}],
    [{"name": {"a": 1}}],
    [{"key": "a", "value": {"b": []}}],
    {"a": "b"},
    {"id": None},
    {"\0": 1},
    {"a": "\0"},
    {"zh": ["a"]},
    {"zh": "a\ud800"},
    {"$u": {"a": 1}},
    {"a": {"b": {"c": [1, [2, {"d": "\0"}]]}}},
    ["\0"],
    ["a"] * 3000,
    [{"name": "a"}] * 200,
)


def _deep(levels: int) -> Any:
    value: Any = "a"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


LARGE = "a" * 1_000_000
BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"a"',
    b"0",
    b"NaN",
    b"\0",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"id": "\xff\xfe"}',
    b'{"id": "\\ud800"}',
    b'{"id": NaN}',
    b'{"id": 1e999}',
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"id": "a", "id": ["b"]}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"id":' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"id":' + b"[" * 200 + b"]" * 200 + b"}",
    b"id=a&id=b&=c&&&",
    b"%00=%00&id=%00",
    b"%ff=%ff&id=%ed%a0%80",
    b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\na\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="upload"; filename="\0a"\r\n\r\na\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="id"; filename="a.csv"\r\n\r\na\r\n--x--\r\n',
)
"""Bodies as they are sent."""

TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=nothing",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-7",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "application/xml",
    "image/png",
    "x",
    "/;;=",
    "",
)
HEADERS = {
    "Accept": ("text/turtle", "*/*;q=NaN", "a" * 5000, ",;q=", "application/ld+json;q=2"),
    "Accept-Language": ("en;q=x", "zh-\xff", "a" * 5000, "*"),
    "Accept-Encoding": ("gzip;q=-1", "x"),
    "Authorization": ("x", "a.b.c", "Basic " + "=" * 50, "\xff", "eyJhbGciOiJub25lIn0.eyJqdGkiOiIxIn0."),
    "Cookie": ("ckan=x", "ckan=\xff; a", "auth_tkt=1", "ckan=" + "." * 2000, "remember_token=x|y"),
    "If-Modified-Since": ("x", "Thu, 32 Foo 99999 25:61:61 GMT"),
    "If-None-Match": ("*", 'W/"', "\xff", '"a", "b'),
    "If-Range": ("x", '"'),
    "Range": ("bytes=0-", "bytes=99999999999999999999-", "bytes=-", "bytes=5-1", "x=1-2", "bytes=0-0,1-1,-1"),
    "Referer": ("\xff", "javascript:1", "a" * 5000),
    "User-Agent": ("", "\xff", "a" * 5000),
    "X-Forwarded-For": ("x", "::1, \xff", "1" * 5000),
    "Origin": ("null", "x", "http://evil.example"),
    "Host": ("a" * 5000, "evil.example", "\xff", "[::1", "localhost@evil.example"),
    "HX-Request": ("true",),
    "X-HTTP-Method-Override": ("DELETE",),
}


def value(draw: random.Random) -> Any:
    """A value of any type; now and then a large or a deep one."""
    kind = draw.random()
    if kind < 0.45:
        return draw.choice(TEXTS)
    if kind < 0.93:
        return draw.choice(OTHERS)
    return LARGE if kind < 0.95 else _deep(draw.choice((20, 60, 120, 400)))


def text(draw: random.Random) -> str:
    """A text, as an address or a form holds it."""
    return LARGE if draw.random() < 0.01 else draw.choice(TEXTS)


def headers(draw: random.Random) -> dict[str, str]:
    """A few headers that no client sends."""
    names = draw.sample(sorted(HEADERS), draw.randrange(3)) if draw.random() < 0.3 else []
    return {name: draw.choice(HEADERS[name]) for name in names}
