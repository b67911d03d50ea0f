"""A server that misbehaves by path: every fault of HTTP that the harvest has met, with its headers as raw bytes."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote_to_bytes

import brotli

TABLE = "编号,名称\r\n1,甲\r\n2,乙\r\n".encode()
NAME = "人口统计 2023.csv"

Headers = dict[str, bytes | str]


@dataclass(frozen=True)
class Answer:
    """What is sent; a header may be bytes, which are sent as they are."""

    body: bytes = TABLE
    status: int = 200
    headers: Headers = field(default_factory=dict)
    length: int | None = None
    then: Callable[[BaseHTTPRequestHandler], None] | None = None


TARGETS: dict[str | bytes, Answer] = {
    path: Answer(headers={"Content-Type": "text/csv"})
    for path in (
        "/目录/数据 2023.csv".encode(),
        "/目录/数据 2023.csv".encode("gbk"),
        b"/with space/a b.csv",
        "/目录/数据.csv".encode(),
        b"/real.csv",
    )
}
"""The bytes that redirects lead to; no other address has the file."""


def coded(body: bytes, coding: str) -> Answer:
    return Answer(body, headers={"Content-Type": "text/csv", "Content-Encoding": coding})


def leads(location: bytes | str) -> Answer:
    return Answer(b"", 302, {"Location": location})


def named(header: bytes | str) -> Answer:
    return Answer(TABLE, headers={"Content-Type": "application/octet-stream", "Content-Disposition": header})


def page(body: bytes | str, media_type: str = "text/html; charset=utf-8") -> Answer:
    return Answer(body.encode() if isinstance(body, str) else body, headers={"Content-Type": media_type})


def _reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


_BARE = zlib.compressobj(wbits=-15)
_DEFLATED = _BARE.compress(TABLE) + _BARE.flush()

GOOD: dict[str, Answer] = {
    "plain": Answer(headers={"Content-Type": "text/csv"}),
    "no media type": Answer(),
    "coding utf-8": coded(TABLE, "UTF-8"),
    "coding none": coded(TABLE, "none"),
    "coding empty": coded(TABLE, ""),
    "coding identity twice": coded(TABLE, "identity, identity"),
    "coding aws-chunked": coded(TABLE, "aws-chunked"),
    "coding binary": coded(TABLE, "binary"),
    "coding 8bit": coded(TABLE, "8bit"),
    "coding text/csv": coded(TABLE, "text/csv"),
    "gzip": coded(gzip.compress(TABLE), "gzip"),
    "gzip in capitals": coded(gzip.compress(TABLE), "GZip"),
    "gzip in two members": coded(gzip.compress(TABLE[:9]) + gzip.compress(TABLE[9:]), "gzip"),
    "gzip with padding": coded(gzip.compress(TABLE) + b"\0" * 20, "gzip"),
    "gzip twice, said": coded(gzip.compress(gzip.compress(TABLE)), "gzip, gzip"),
    "gzip twice, said once": coded(gzip.compress(gzip.compress(TABLE)), "gzip"),
    "gzip and a charset": coded(gzip.compress(TABLE), "gzip, utf-8"),
    "gzip with a weight": coded(gzip.compress(TABLE), "gzip;q=1.0"),
    "deflate of zlib": coded(zlib.compress(TABLE), "deflate"),
    "deflate, bare": coded(_DEFLATED, "deflate"),
    "br": coded(brotli.compress(TABLE), "br"),
    "location in UTF-8": leads("/目录/数据 2023.csv".encode()),
    "location in GBK": leads("/目录/数据 2023.csv".encode("gbk")),
    "location with blanks": leads("/with space/a b.csv"),
    "location relative": leads("../目录/数据.csv#表".encode()),
    "location with blanks around": leads("  /real.csv "),
    "location in capitals": leads("HTTP://{host}/real.csv"),
    "location without scheme": leads("//{host}/real.csv"),
    "cookie": Answer(b"", 302, {"Location": "/cookie", "Set-Cookie": "pass=1; Path=/"}),
    "charset without value": page(TABLE, "text/csv; charset="),
    "two media types": page(TABLE, "text/csv, text/csv"),
    "a table as a page": page(TABLE, "text/html;charset=UTF-8"),
    "a table for downloading": page(TABLE, "application/x-msdownload"),
    "a table as Excel": page(TABLE, "application/vnd.ms-excel"),
    "a table as plain text": page(TABLE, "text/plain"),
    "a table as JSON": page(TABLE, "application/json"),
    "a table as PDF": page(TABLE, "application/pdf"),
    "a table as a picture": page(TABLE, "image/png"),
    "a table as an archive": page(TABLE, "application/zip"),
    "203": Answer(TABLE, 203, {"Content-Type": "text/csv"}),
    "a length that is a word": Answer(TABLE, headers={"Content-Length": "abc", "Connection": "close"}),
    "a negative length": Answer(TABLE, headers={"Content-Length": "-5", "Connection": "close"}),
    "location twice": Answer(b"", 302, {"Location": b"/real.csv\r\nLocation: /real.csv"}),
    "location with a tab": leads("/re\tal.csv"),
}
"""Odd and right: the file is what a browser would get."""

BAD: dict[str, Answer] = {
    "coding zstd": coded(b"\x28\xb5\x2f\xfd", "zstd"),
    "gzip that is none": coded(TABLE, "gzip"),
    "gzip cut off": coded(gzip.compress(TABLE)[:-9], "gzip"),
    "br cut off": coded(brotli.compress(TABLE)[:-3], "br"),
    "304 that nobody asked for": Answer(b"", 304, {"ETag": '"x"'}),
    "206 that nobody asked for": Answer(TABLE[:9], 206, {"Content-Range": f"bytes 0-8/{len(TABLE)}"}),
    "redirect without address": Answer(b"", 302, {}),
    "redirect to nothing": leads(""),
    "redirect to brackets": leads("http://[::1/x.csv"),
    "redirect to a full-width slash": leads("http://data.dept.example／x.csv".encode()),
    "redirect to ftp": leads("ftp://127.0.0.1/x.csv"),
    "redirect to a script": leads("javascript:alert(1)"),
    "redirect to a port that is none": leads("http://127.0.0.1:99999/x.csv"),
    "redirect to a file": leads("file:///etc/hostname"),
    "redirect to a host with a dot": leads("http://.example/x.csv"),
    "redirect to no host": leads("http:///x.csv"),
    "redirect to two places": Answer(b"", 302, {"Location": b"/real.csv\r\nLocation: /other.csv"}),
    "202 that promises": Answer(TABLE, 202, {"Content-Type": "text/csv"}),
    "204": Answer(b"", 204, {"Content-Type": "text/csv"}),
    "300 with a choice": Answer(TABLE, 300, {"Content-Type": "text/csv"}),
    "306": Answer(TABLE, 306, {"Content-Type": "text/csv"}),
    "chunks without their end": Answer(
        b"5\r\nab,cd\r\n", headers={"Transfer-Encoding": "chunked", "Connection": "close"}
    ),
    "chunks that are none": Answer(b"zz\r\nab,cd\r\n", headers={"Transfer-Encoding": "chunked", "Connection": "close"}),
    "gzip of nothing": coded(b"", "gzip"),
    "a page that refreshes": Answer(b"", headers={"Content-Type": "text/csv", "Refresh": "0;url=/login"}),
    "redirect to 30,000 characters": leads("/" + "a" * 30_000),
    "redirect to where nothing is": leads("/nothing.csv"),
    "redirect in a circle": leads("/redirect in a circle"),
    "length too large": Answer(TABLE, length=len(TABLE) + 50),
    "connection reset": Answer(TABLE[:5], length=500, then=_reset),
    "404": Answer(b"", 404),
    "500": Answer(b"", 500),
    "503 with an odd time": Answer(b"", 503, {"Retry-After": "²".encode()}),
    "429 for a year": Answer(b"", 429, {"Retry-After": "31536000"}),
    "nothing": page(b"", "text/csv"),
    "only blanks": page(b" \r\n\r\n ", "text/csv"),
    "doctype": page("<!DOCTYPE html><html><title>login</title></html>"),
    "source of a page": page(b'<%@ Page Language="C#" %>\n<html></html>', "text/csv"),
    "error of ASP.NET": page(b"Server Error in '/' Application.\nRuntime Error\n", "text/csv"),
    "error in two lines": page(b"403 Forbidden\nRequest denied by administrative rules.\n", "text/csv"),
    "script": page('<script>top.location.href="/login"</script>'),
    "comment": page("<!-- login -->\n<!DOCTYPE html><html></html>"),
    "head": page("<head><title>404</title></head><body>not found</body>"),
    "xhtml": page('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x" "y"><html xmlns="http://www.w3.org/1999/xhtml"/>'),
    "div": page('<div class="error">not found, sorry</div>'),
    "refresh": page('<meta http-equiv="refresh" content="0;url=/real.csv">'),
    "page in UTF-16": page("<!DOCTYPE html><html>x</html>".encode("utf-16")),
    "challenge": page("<html><script>document.cookie='x=1'</script></html>"),
    "page without its media type": page("\ufeff \n<HTML><body>请登录</body>", "text/csv"),
    "part of a page without its media type": page("<p>请登录</p>", "application/octet-stream"),
    "JSON error": page('{"code": 401, "msg": "未登录"}'),
    "JSON error as text": page('{"success": false, "error": "x"}', "text/csv"),
    "JSON instead": page('[{"a": 1}]', "application/json"),
    "XML error": page('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "application/xml"),
    "XML fault": page("<soap:Envelope xmlns:soap='x'><soap:Fault/></soap:Envelope>", "text/xml"),
    "why a program failed": page(
        "Fatal error: Uncaught Exception in /var/www/x.php:3\nStack trace:\n#0 {main}\n", "text/csv"
    ),
    "a trace of calls": page('Traceback (most recent call last):\n  File "a.py", line 1\n', "text/csv"),
    "a database's refusal": page("ORA-12541: TNS:no listener\n\n", "text/csv"),
    "a sentence": page("系统繁忙,请稍后再试".encode("gbk"), "text/html"),
    "a sentence as text": page("系统繁忙，请稍后再试", "text/csv"),
    "a word as PDF": page("甲乙丙", "application/pdf"),
    "a word as a picture": page("甲乙丙", "image/png"),
    "5,000 blank lines": page(b"\r\n" * 5_000, "text/csv"),
    "70,000 zeros": page(b"\0" * 70_000, "text/csv"),
    "a long JSON error": page(json.dumps({"code": 500, "msg": "系统异常", "trace": "at a.b.C\n" * 20_000}), "text/csv"),
    "a JSON error with empty data": page('{"code": 500, "msg": "x", "data": {}, "rows": [], "total": 0}', "text/csv"),
    "a JSON error with a text for data": page('{"success": false, "data": "请登录"}', "text/csv"),
    "an error of Spring": page(
        '{"timestamp": 1, "status": 500, "error": "Internal Server Error", "path": "/f"}', "text/csv"
    ),
    "a problem of RFC 9457": page('{"type": "about:blank", "title": "x", "status": 403, "detail": "y"}', "text/csv"),
    "a JSONP error": page('callback({"code": 401, "msg": "未登录"});', "text/javascript"),
    "a JSONP error of jQuery": page('/**/jQuery1_2({"success": "false", "msg": "x"})', "application/javascript"),
    "an XML error of its own": page("<response><code>401</code><msg>x</msg></response>", "text/xml"),
    "a text of ASP.NET": page('<string xmlns="http://tempuri.org/">{"code":401,"msg":"x"}</string>', "text/xml"),
    "a script without tags": page("alert('请登录');location.href='/login';", "text/csv"),
    "a session that ended": page("会话已过期", "text/csv"),
    "a session that ended, in English": page("Your session has timed out. Please log in again.", "text/csv"),
    "two lines that excuse": page("抱歉！\n系统维护中\n", "text/csv"),
    "a sentence and a page": page("请登录<br>", "text/html"),
    "a page that was saved": page(
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n<html>", "text/csv"
    ),
    "a pointer": page("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n", "text/csv"),
    "a script behind a word": page("请稍候…<script>location='/x'</script>", "text/csv"),
    "OK": page("OK", "text/csv"),
    "-1": page("-1", "text/csv"),
    "a JSON error in others": page(
        '{"response": {"header": {"resultCode": "03", "resultMsg": "x"}, "body": {}}}', "text/csv"
    ),
    "an XML error in an attribute": page('<rsp stat="fail"><err code="1" msg="x"/></rsp>', "text/xml"),
    "a picture": page(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "text/csv"),
}
"""Wrong: the link or the earlier copy stays, and it is said why."""

NAMES: dict[str, tuple[str | bytes, str]] = {
    "star before plain": (f"attachment; filename=\"fallback.csv\"; filename*=UTF-8''{quote(NAME)}", NAME),
    "raw UTF-8": (b'attachment; filename="' + NAME.encode() + b'"', NAME),
    "raw GBK": (b'attachment; filename="' + NAME.encode("gbk") + b'"', NAME),
    "percent": (f'attachment; filename="{quote(NAME)}"', NAME),
    "encoded word": ('attachment; filename="=?UTF-8?B?5Lq65Y+j57uf6K6hIDIwMjMuY3N2?="', NAME),
    "bare": (f"attachment;filename={quote(NAME)}", NAME),
    "path": (r'attachment; filename="C:\\tmp\\..\\x.csv"', "x.csv"),
    "path of another system": ('attachment; filename="../../etc/passwd.csv"', "passwd.csv"),
    "star in quotation marks": (f"attachment;filename*=\"UTF-8''{quote(NAME)}\"", NAME),
    "star in GBK": (f"attachment; filename*=GBK''{quote(NAME.encode('gbk'))}", NAME),
    "star in an unknown charset": (f"attachment; filename*=x-none''{quote(NAME)}", NAME),
    "capitals": ('ATTACHMENT; FILENAME="a.csv"', "a.csv"),
    "quoted quotation mark": (r'attachment; filename="a\"b.csv"', "ab.csv"),
    "semicolon in the name": ('attachment; filename="a;b.csv"', "a;b.csv"),
    "turned round": ('attachment; filename="a\u202evsc.csv"'.encode(), "avsc.csv"),
    "not closed": ('attachment; filename="a.csv', "a.csv"),
    "no suffix": ('attachment; filename="download"', "download.csv"),
    "no name": ("attachment", "file.csv"),
    "only dots": ('attachment; filename=".."', "file.csv"),
}
"""Header -> the name of the copy of a CSV."""


@contextlib.contextmanager
def misbehaving(answers: Mapping[str, Answer], *, echo: bool = False) -> Iterator[str]:
    """Serve ``answers`` by path, and :data:`TARGETS` by bytes; the address of the server. Unknown paths are 404.

    Args:
        echo: Every unknown path has the table, with the path that was asked for in its last line.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            raw_path = unquote_to_bytes(self.path.partition("?")[0])
            path = raw_path.strip(b"/").decode("utf-8", "replace")
            answer = answers.get(path) or TARGETS.get(raw_path) or Answer(b"", 404)
            if echo and path not in answers:
                answer = Answer(TABLE + f"{self.path},1\r\n".encode(), headers={"Content-Type": "text/csv"})
            if path == "cookie" and "pass=1" in self.headers.get("Cookie", ""):
                answer = GOOD["plain"]
            self.send_response_only(answer.status)
            length = len(answer.body) if answer.length is None else answer.length
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                raw = value if isinstance(value, bytes) else value.replace("{host}", self.headers["Host"]).encode()
                self._headers_buffer.append(name.encode() + b": " + raw + b"\r\n")
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer.body)
                if answer.then:
                    answer.then(self)
            self.close_connection = length != len(answer.body) or "Connection" in answer.headers

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}"
    finally:
        http.shutdown()
        http.server_close()
