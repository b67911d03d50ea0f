"""Serve the demo departments' catalogues and files on this machine, read-only.

    python deployment/demo-data/server.py --port 8090

Only the folders that hold a catalogue are served, only to the loopback address. Answers carry ETag,
Last-Modified, the true character set of a file and its Chinese name (RFC 6266, RFC 5987). ``/`` lists the
catalogues and shows that the server lives.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

ROOT = Path(__file__).resolve().parent
CONTENT_TYPES = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".ttl": "text/turtle",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CATALOGUES = {".jsonld", ".rdf", ".ttl"}  # shown, not offered for saving


@dataclass(frozen=True, slots=True)
class Page:
    """A body and the headers that describe it."""

    body: bytes
    headers: dict[str, str]
    modified: int  # seconds since 1970, whole


def charset(body: bytes) -> str:
    """The character set of a text: UTF-8 if it is valid UTF-8, else GB18030."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def folders() -> set[str]:
    """The folders of the departments, by the first part of each source's path."""
    sources = json.loads((ROOT / "sources.json").read_text(encoding="utf-8"))
    return {source["path"].partition("/")[0] for source in sources}


def find(path: str) -> Path | None:
    """The file a request path names, or None.

    Percent-encoding is undone once; whatever then leaves the department's folder (``..``, links, NUL) is
    refused.
    """
    parts = unquote(path, errors="replace").removeprefix("/").split("/")
    if len(parts) < 2 or parts[0] not in folders() or any(part in ("", ".", "..") for part in parts):
        return None
    if any("\0" in part or "\\" in part for part in parts):
        return None
    target = ROOT.joinpath(*parts)
    try:
        inside = target.resolve(strict=True).is_relative_to(ROOT / parts[0])
    except OSError:
        return None
    return target if inside and target.is_file() and target.suffix in CONTENT_TYPES else None


def page_of(target: Path) -> Page:
    """A file with its headers."""
    body = target.read_bytes()
    content_type = CONTENT_TYPES[target.suffix]
    if target.suffix in (".csv", ".rdf", ".ttl"):  # JSON is always UTF-8 and has no such parameter
        content_type += f"; charset={charset(body)}"
    headers = {"Content-Type": content_type, "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
    if target.suffix not in CATALOGUES:
        plain = f"download{target.suffix}"  # for clients that do not know filename*
        headers["Content-Disposition"] = (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(target.name, safe='')}"
        )
    return Page(body, headers, int(target.stat().st_mtime))


def index() -> Page:
    """One line a catalogue."""
    sources = json.loads((ROOT / "sources.json").read_text(encoding="utf-8"))
    body = "".join(f"/{source['path']}\t{source['title']}\n" for source in sources).encode()
    headers = {"Content-Type": "text/plain; charset=utf-8", "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
    return Page(body, headers, int((ROOT / "sources.json").stat().st_mtime))


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of the departments' folders."""

    protocol_version = "HTTP/1.1"
    server_version = "nxopendata-demo"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer with the file."""
        self.answer()

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self.answer()

    def answer(self) -> None:
        """200 with the page, 304 when the client has it, 404 otherwise."""
        path = urlsplit(self.path).path
        target = find(path)
        if path != "/" and target is None:
            self.reply(HTTPStatus.NOT_FOUND, b"not found\n", {"Content-Type": "text/plain; charset=utf-8"})
            return
        page = page_of(target) if target else index()
        headers = {**page.headers, "Last-Modified": formatdate(page.modified, usegmt=True), "Cache-Control": "no-cache"}
        if self.is_known(page):
            del headers["Content-Type"]
            self.reply(HTTPStatus.NOT_MODIFIED, b"", headers)
            return
        self.reply(HTTPStatus.OK, page.body, headers)

    def is_known(self, page: Page) -> bool:
        """Whether the client's copy is current; If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
            return "*" in known or page.headers["ETag"] in known
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return page.modified <= parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False

    def reply(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        """Send a status, headers and, unless only the head was asked for, the body."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is http.server's
        """One line a request on standard output, control characters made visible."""
        text = (format % args).translate({code: f"\\x{code:02x}" for code in (*range(32), 127)})
        print(self.log_date_time_string(), text, flush=True)


def main() -> int:
    """Serve until stopped; 1 when the port is not to be had."""
    parser = argparse.ArgumentParser(description="Serve the demo catalogues on this machine.")
    parser.add_argument("--port", type=int, required=True, help="port of 127.0.0.1; 0 takes a free one")
    port = parser.parse_args().port
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except (OSError, OverflowError) as error:
        print(f"端口 {port} 不可用（{error}），请用 --port 另选一个端口。", file=sys.stderr)
        print(f"Port {port} is not available ({error}); choose another with --port.", file=sys.stderr)
        return 1
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
