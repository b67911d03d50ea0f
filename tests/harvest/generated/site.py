"""One local server that has a catalogue in every format, in any step of its history, and misbehaves on order."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..server import Reply, Server, serving
from . import render
from .catalogue import STEPS, Dataset, datasets, edition

JSON, XML, HTML, TURTLE = "application/json", "application/xml", "text/html; charset=utf-8", "text/turtle"

ENTRIES = {
    "dcat": "/dcat/1",
    "dcat-xml": "/dcat.rdf",
    "dcat-jsonld": "/dcat.jsonld",
    "dcat-nt": "/dcat.nt",
    "ckan": "/ckan/api/3/action/package_search",
    "ckan-2.8": "/ckan28/organization/gov",
    "datajson": "/data.json",
    "datajson-us3": "/us3/data.json",
    "gbt21063": "/catalogue.xml",
    "workbook": "/catalogue.xlsx",
    "workbook-csv": "/catalogue.csv",
    "csw": "/csw?service=CSW&request=GetCapabilities",
    "portal": "/portal/catalog/index",
    "nxopendata": "/nx/api/3/action/nx_changes_list",
}
"""Name of a variant -> where its catalogue begins. The name before ``-`` is that of the format."""


@dataclass
class Site:
    """The server of a department.

    :param size: numbers of the catalogue
    :param step: of its history
    :param edition: changes bytes but no content: a comment, an order, a count of visits
    """

    server: Server
    size: int
    step: int = 0
    edition: int = 0
    rows: int = render.PAGE
    _trouble: list[tuple[str, list[Reply]]] = field(default_factory=list)
    _kept: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def url(self, variant: str) -> str:
        return self.server.base + ENTRIES[variant]

    def misbehave(self, match: str, *replies: Reply) -> None:
        """Answer the next requests whose address contains ``match`` with ``replies``, one each."""
        self._trouble.append((match, list(replies)))

    def reply(self, handler: Any) -> Reply:
        for match, replies in self._trouble:
            if match in handler.path and replies:
                return replies.pop(0)
        parts = urlsplit(handler.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        for pattern, answer in ROUTES:
            if found := re.fullmatch(pattern, parts.path):
                body, media_type = answer(self, query, *found.groups())
                data = body if isinstance(body, bytes) else body.encode()
                return Reply(data, headers={"Content-Type": media_type})
        return Reply(status=404)

    def listed(self) -> list[Dataset]:
        return self.once("list", lambda: list(datasets(self.size, self.step)))

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, kept while step and edition stay."""
        key = (name, self.step, self.edition)
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    # Answers

    def turtle(self, _query: dict[str, str], number: str) -> tuple[str, str]:
        page = render.turtle_page(self.listed(), int(number), "/dcat/", self.rows)
        return f"# {self.edition}\n{page}", TURTLE

    def rdf(self, syntax: str, media_type: str) -> tuple[bytes, str]:
        return self.once(syntax, lambda: render.rdf(self.listed(), syntax)), media_type

    def ckan(self, query: dict[str, str], version: str) -> tuple[str, str]:
        found = sorted(self.listed(), key=lambda one: one.id)
        if after := re.search(r'id:\{"([^"]*)" TO \*\]', query.get("fq", "")):
            found = [one for one in found if one.id > after[1]]
        rows, start = min(int(query.get("rows", 10)), self.rows), int(query.get("start", 0))
        shown = [render.package_of(one, "2.8" if version else "2.12") for one in found[start : start + rows]]
        result = {"count": len(found), "sort": query.get("sort", ""), "facets": {}, "results": shown}
        help_ = f"{self.server.base}/ckan{version}/api/3/action/help_show?name=package_search"
        return json.dumps({"help": help_, "success": True, "result": result}), JSON

    def feed(self, query: dict[str, str]) -> tuple[str, str]:
        changes = self.once("feed", self._changes)
        begin, limit = int(query.get("cursor") or 0), min(int(query.get("limit", 100)), self.rows)
        shown = [(at, change) for at, change in enumerate(changes, start=1) if at > begin and change][:limit]
        last = shown[-1][0] if shown else begin
        bodies = [render.change_of(*change) for _, change in shown]
        more = any(change for change in changes[last:])
        result = {"changes": bodies, "cursor": str(last), "more": more}
        help_ = f"{self.server.base}/nx/api/3/action/help_show?name=nx_changes_list"
        return json.dumps({"help": help_, "success": True, "result": result}), JSON

    def _changes(self) -> list[tuple[Dataset | None, str, str] | None]:
        """The log of the history up to now; a dataset that changed again leaves a gap where it stood."""
        log: list[tuple[Dataset | None, str, str] | None] = []
        place: dict[int, int] = {}
        for step in range(self.step + 1):
            for number in range(self.size):
                now, before = edition(number, step), edition(number, step - 1) if step else None
                if now == before:
                    continue
                if number in place:
                    log[place[number]] = None
                place[number] = len(log)
                known = now or before
                assert known
                log.append((now, known.id, f"dataset-{number}"))
        return log

    def pages(self, query: dict[str, str]) -> tuple[str, str]:
        return render.list_page(self.listed(), int(query.get("page", 1)), rows=self.rows), HTML

    def detail(self, _query: dict[str, str], key: str) -> tuple[str, str]:
        known = self.once("keys", lambda: {one.id.replace("-", ""): one for one in self.listed()})
        return render.detail_page(known[key], visits=self.edition), HTML

    def csw(self, query: dict[str, str]) -> tuple[str, str]:
        if query.get("request") != "GetRecords":
            return render.CAPABILITIES, XML
        rows = min(int(query.get("maxRecords", 10)), self.rows)
        return f"{render.csw(self.listed(), int(query.get('startPosition', 1)), rows)}<!-- {self.edition} -->", XML


def _home(_site: Site, _query: dict[str, str], version: str) -> tuple[str, str]:
    """A page of a CKAN site, which says what it is."""
    return (
        f'<!DOCTYPE html><html><head><meta name="generator" content="ckan 2.{version[1:] or 12}" /></head></html>',
        HTML,
    )


ROUTES: tuple[tuple[str, Callable[..., tuple[str | bytes, str]]], ...] = (
    (r"/dcat/(\d+)", Site.turtle),
    (r"/dcat\.rdf", lambda site, _: site.rdf("xml", "application/rdf+xml")),
    (r"/dcat\.jsonld", lambda site, _: site.rdf("json-ld", "application/ld+json")),
    (r"/dcat\.nt", lambda site, _: site.rdf("nt", "application/n-triples")),
    (r"/ckan(28)?/(?:organization/\w+)?", _home),
    (r"/ckan(28|)/api/3/action/package_search", Site.ckan),
    (r"/data\.json", lambda site, _: (render.datajson(site.listed()) + "\n" * site.edition, JSON)),
    (r"/us3/data\.json", lambda site, _: (render.datajson(site.listed(), us3=True) + "\n" * site.edition, JSON)),
    (r"/catalogue\.xml", lambda site, _: (render.gbt(site.listed()) + "\n" * site.edition, XML)),
    (r"/catalogue\.xlsx", lambda site, _: (render.workbook(site.listed()), "application/octet-stream")),
    (r"/catalogue\.csv", lambda site, _: (render.csv(site.listed(), "gb18030"), "text/csv")),
    (r"/csw", Site.csw),
    (r"/portal/catalog/index", Site.pages),
    (r"/portal/catalog/([0-9a-f]{32})", Site.detail),
    (r"/nx/api/3/action/nx_changes_list", Site.feed),
)


@contextlib.contextmanager
def site(size: int, step: int = 0) -> Iterator[Site]:
    """A server on a free port of this machine."""
    assert 0 <= step < STEPS
    with serving() as server:
        made = Site(server, size, step)
        server.fallback = made.reply
        yield made


# Trouble


def fails(status: int = 500, **headers: str) -> Reply:
    return Reply(b"", status=status, headers=headers)


def breaks_off(body: bytes, media_type: str, share: float = 0.5) -> Reply:
    """Announces the whole and closes the connection before it was sent."""
    part = body[: int(len(body) * share)]
    return Reply(part, headers={"Content-Type": media_type}, length=len(body))


def truncated(body: bytes, media_type: str, share: float = 0.5) -> Reply:
    """Sends a part as if it were the whole."""
    return Reply(body[: int(len(body) * share)], headers={"Content-Type": media_type})


def drips(seconds: float) -> Reply:
    """Sends a byte now and then."""

    def raw(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    return Reply(raw=raw)
