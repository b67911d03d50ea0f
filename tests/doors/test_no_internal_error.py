"""Whatever is sent, by whomever: no answer is an internal error, and none shows how the site is made inside.

``NX_DOORS_REQUESTS`` is the number of requests (20,000 by hand; fewer in CI), ``NX_DOORS_SEED`` another series of them.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
from collections import Counter
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from ckan import model
from werkzeug.routing.converters import NumberConverter

from . import hostile, ways
from .site import Site

REQUESTS = int(os.environ.get("NX_DOORS_REQUESTS", "1000"))
SEED = os.environ.get("NX_DOORS_SEED", "doors")
PEOPLE = ("", "", "editor", "office")
"""Who asks; half of the requests come from nobody."""

INSIDE = re.compile(
    r"Traceback \(most recent|psycopg2?\.|sqlalche\.me|\[SQL: |site-packages|sqlalchemy\.exc|pysolr|org\.apache\."
)
"""What no answer shows."""

SAFE_FROM_THE_SERIES = frozenset({"api_token_revoke", "user_delete", "user.delete", "user.api_token_revoke"})
"""They would end the people of the site itself."""


class Request(NamedTuple):
    """A request as the test client takes it."""

    who: str
    way: str
    method: str
    path: str
    query: str
    data: bytes | None
    content_type: str | None
    headers: dict[str, str]

    def __repr__(self) -> str:
        sent = f"{self.path[:300]}?{self.query[:300]} {self.content_type} {(self.data or b'')[:300]!r} {self.headers}"
        return f"{self.who or 'nobody'}: {self.method} {sent}"


class Series:
    """A seeded series of requests to all ways of a site, each way before any comes again."""

    def __init__(self, app: Any, known: list[str], seed: str) -> None:
        self.draw = random.Random(seed)
        self.known = known
        self.actions = [one for one in ways.actions() if one.name not in SAFE_FROM_THE_SERIES]
        self.routes = [one for one in ways.routes(app) if one.rule.endpoint not in SAFE_FROM_THE_SERIES]
        self.tools = ways.tools()
        self.waiting: list[Any] = []

    def __iter__(self) -> Series:
        return self

    def __next__(self) -> Request:
        if not self.waiting:
            self.waiting = [*self.actions, *self.routes, *self.tools]
            self.draw.shuffle(self.waiting)
        way = self.waiting.pop()
        if isinstance(way, ways.Tool):
            body = json.dumps(ways.call_tool(way.name, self._data(way))).encode()
            return self._request(way.name, "POST", "/mcp", [], body, "application/json")
        return self._of_action(way) if isinstance(way, ways.Action) else self._of_route(way)

    def _of_action(self, action: ways.Action) -> Request:
        draw, path = self.draw, f"{self._language()}/api/3/action/{action.name}"
        if action.reads and draw.random() < 0.3:
            return self._request(action.name, "GET", path, self._pairs(action.parameters))
        kind = draw.random()
        if kind < 0.15:
            body, content_type = draw.choice(hostile.BODIES), draw.choice(hostile.TYPES)
        elif kind < 0.25:
            body, content_type = self._encoded(self._pairs(action.parameters)), hostile.TYPES[3]
        else:
            body, content_type = json.dumps(self._data(action)).encode(), "application/json"
        return self._request(action.name, "POST", path, [], body, content_type)

    def _language(self) -> str:
        return self.draw.choice(("", "", "", "/en"))

    def _data(self, action: ways.Action | ways.Tool) -> dict[str, Any]:
        draw, few = self.draw, self.draw.random() < 0.6
        names = draw.sample(action.parameters, min(len(action.parameters), draw.choice((1, 1, 2)))) if few else ()
        data = {name: draw.choice(self.known) for name in action.parameters if draw.random() < 0.5}
        return data | {name: hostile.value(draw) for name in (names if few else action.parameters)}

    def _of_route(self, route: ways.Route) -> Request:
        draw, names = self.draw, route.parameters or ("q",)
        path = self._path(route)
        pairs = self._pairs(names)
        if route.method != "POST":
            return self._request(route.name, route.method, path, pairs)
        if draw.random() < 0.3:
            return self._request(route.name, "POST", path, [], draw.choice(hostile.BODIES), draw.choice(hostile.TYPES))
        return self._request(route.name, "POST", path, [], self._encoded(pairs), hostile.TYPES[3])

    def _path(self, route: ways.Route) -> str:
        values = {name: self._argument(route, name) for name in route.rule.arguments}
        built = route.rule.build(values | dict(route.rule.defaults or {}), append_unknown=False)
        return self._language() + (built[1] if built else "/")

    def _argument(self, route: ways.Route, name: str) -> Any:
        draw, converter = self.draw, route.rule._converters.get(name)
        if words := getattr(converter, "items", None):
            return draw.choice(sorted(words))
        if isinstance(converter, NumberConverter):
            return draw.choice((0, 1, 2**31, 2**63, 10**25))
        text = draw.choice(self.known) if draw.random() < 0.6 else hostile.text(draw)[:5000]
        return text.encode("utf-8", "replace").decode() or "x"

    def _pairs(self, names: tuple[str, ...]) -> list[tuple[str, str]]:
        draw = self.draw
        chosen = draw.choices(names, k=draw.randrange(1, 5))
        pairs = [(name, draw.choice(self.known) if draw.random() < 0.3 else hostile.text(draw)) for name in chosen]
        return [*pairs, ("\0" if draw.random() < 0.5 else "x" * 300, "y")] if draw.random() < 0.05 else pairs

    def _encoded(self, pairs: list[tuple[str, str]]) -> bytes:
        return urlencode(pairs, errors="surrogatepass").encode()

    def _request(
        self,
        way: str,
        method: str,
        path: str,
        pairs: list[tuple[str, str]],
        data: bytes | None = None,
        content_type: str | None = None,
    ) -> Request:
        query = self._encoded(pairs).decode()[:20_000]
        who = self.draw.choice(PEOPLE)
        return Request(who, way, method, path, query, data, content_type, hostile.headers(self.draw))


@pytest.fixture
def known(people: Site) -> list[str]:
    """Names and ids that there are."""
    module: Any = people
    if not hasattr(module, "known"):
        dataset = people.publish(people.create("已发布", resources=[{"name": "x", "url": "http://example.org/x.csv"}]))
        draft = people.create("草稿", resources=[{"name": "y", "url": "http://example.org/y.csv"}])
        resource = dataset["resources"][0]["id"]
        rows = [{"name": "景区", "n": 1}]
        people.root("datastore_create", resource_id=resource, records=rows, force=True)
        view = people.root("resource_view_create", resource_id=resource, view_type="datatables_view", title="x")
        group = people.root("group_create", name="a-group", title="组")
        module.known = [
            *(dataset["id"], dataset["name"], draft["id"], resource, draft["resources"][0]["id"], view["id"]),
            *("wlt", people.department, group["id"], "editor", "office", "1", "name", "csv"),
        ]
    return module.known


def test_no_request_ends_in_an_internal_error(
    answers: Any, people: Site, known: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    series = Series(answers, known, SEED)
    client = answers.flask_app.test_client()
    faults: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    for number in range(REQUESTS):
        request = next(series)
        caplog.clear()
        try:
            answer = client.open(
                path=quote(request.path, safe="/%?&=:@+,;!~*'()$"),
                query_string=request.query,
                method=request.method,
                data=request.data,
                content_type=request.content_type or None,
                headers={**people.headers(request.who), **request.headers},
            )
            body, status = answer.get_data(as_text=False).decode("utf-8", "replace"), answer.status_code
        except Exception as error:  # what not even the application's last resort answered
            model.Session.rollback()
            body, status = f"{type(error).__name__}: {error}"[:500], 599
        statuses[status // 100] += 1
        inside = INSIDE.search(body)
        if (status >= 500 and status != 501) or inside:  # 501: a format of oEmbed that the specification lets us lack
            fault = f"{status} {_where(caplog)} {inside and inside[0]}"
            if fault not in faults:
                faults[fault] = f"{request.way}\n    {request!r}"
                print(f"{number}: {fault}\n  {faults[fault]}", flush=True)  # a long series tells what it finds (-s)
        client.delete_cookie("ckan")
    text = "\n".join(f"{fault}\n  {request}" for fault, request in sorted(faults.items()))
    assert not faults, f"{len(faults)} kinds of internal errors:\n{text}"
    assert statuses[2] > REQUESTS / 10, "hardly any request came through: the series tests the refusal alone"


def _where(caplog: pytest.LogCaptureFixture) -> str:
    """Where the last error in the log arose: kinds of faults are told apart by it."""
    for record in reversed(caplog.records):
        info = record.exc_info
        if isinstance(info, tuple) and info[1] is not None:
            frame, place = info[2], ""
            while frame is not None:
                code = frame.tb_frame.f_code
                if re.search(r"nxopendata|/ckan/|ckanext", code.co_filename):
                    place = f"{code.co_filename.rpartition('site-packages/')[2][-60:]}:{frame.tb_lineno} {code.co_name}"
                frame = frame.tb_next
            return f"{type(info[1]).__name__}: {str(info[1])[:120]!r} at {place}"
    return ""
