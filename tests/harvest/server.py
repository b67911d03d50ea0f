"""A web server that behaves as a test tells it to."""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What is sent; ``raw`` takes the socket instead and may do anything with it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    raw: Callable[[Any], None] | None = None


@dataclass
class Server:
    """Replies by path, else by ``fallback``; a list is served one after the other, the last for ever."""

    base: str
    replies: dict[str, Reply | list[Reply] | Callable[[Any], Reply]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    fallback: Callable[[Any], Reply] | None = None

    def put(self, path: str, body: bytes | str, media_type: str = "text/turtle", **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(data, headers={"Content-Type": media_type, **headers})
        return self.base + path

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


def packed(body: bytes) -> Reply:
    return Reply(gzip.compress(body), headers={"Content-Type": "text/turtle", "Content-Encoding": "gzip"})


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.requests.append((self.path, dict(self.headers)))
            reply = server.replies.get(self.path, server.fallback or Reply(status=404))
            if callable(reply):
                reply = reply(self)
            if isinstance(reply, list):
                reply = reply.pop(0) if len(reply) > 1 else reply[0]
            if reply.raw:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    reply.raw(self)
                return
            etag = reply.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(reply.body)
            if length != len(reply.body):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = Server(f"http://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
