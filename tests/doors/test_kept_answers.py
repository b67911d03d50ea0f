"""What is kept is what would be answered: of every page and call that is kept, whoever asked before and however.

The pairs that decide what is in the key are tried one by one in ``tests/core/test_page_cache_keys.py``; here every kept
address of the site is asked for after requests that mean to poison it.
"""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.core.caching import page_cache

from .. import routes
from ..caches import finish_settling
from .site import Site

SECONDS = "ckanext.nxopendata.caching.page_seconds"
CHANGING = re.compile(r'(?<=name="_csrf_token" content=")[^"]+|(?<=name="_csrf_token" value=")[^"]+|\d\d:\d\d(:\d\d)?')
POISONS: tuple[dict[str, Any], ...] = (
    {"json": {"q": "nosuchword", "rows": 0, "id": "x"}},
    {"data": "q=nosuchword&rows=0", "content_type": "application/x-www-form-urlencoded"},
    {"base_url": "http://evil.example"},
    {"headers": {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "X-Original-URL": "/evil"}},
    {"headers": {"Accept": "text/turtle"}},
    {"headers": {"Accept-Language": "en", "Accept-Encoding": "gzip, br"}},
    {"headers": {"HX-Request": "true", "HX-Target": "evil"}},
    {"headers": {"Range": "bytes=0-3"}},
    {"headers": {"Cookie": "ckan=evil; remember_token=evil"}},
    {"headers": {"Authorization": "evil"}},
    {
        "headers": {
            "X-HTTP-Method-Override": "DELETE",
            "Origin": "http://evil.example",
            "Referer": "http://evil.example",
        }
    },
    {"method": "HEAD"},
    {"person": True},
    {"session": {"nx_basket": ["evil"], "_flashes": [("message", "evil")]}},
)
"""Requests of which nothing may stay for the next reader."""


def kept_addresses(app: Any) -> list[str]:
    """Every address whose answer is kept, with what the public knows in the places of arguments."""
    pages = {rule.rule for rule in app.flask_app.url_map.iter_rules() if not rule.arguments and is_kept(rule)}
    others = {rule.endpoint: address for rule, address in routes.addresses(app, "scenic", "scenic") if is_kept(rule)}
    others["organization.read"] = "/organization/wlt"
    return sorted(pages | {*others.values()} | {f"/api/3/action/{name}" for name in page_cache.ACTIONS})


def is_kept(rule: Any) -> bool:
    return rule.endpoint in page_cache.ENDPOINTS and "GET" in (rule.methods or ())


@pytest.fixture
def kept(answers: Any, people: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    site: Any = people
    if not hasattr(site, "scenic"):
        site.scenic = people.publish(people.create("景区名录", name="scenic"))
        people.create("内部名录", name="inside")
    monkeypatch.setitem(tk.config, SECONDS, 60)
    finish_settling()
    return answers


def ask(app: Any, address: str, people: Site, poison: dict[str, Any] | None = None) -> tuple[int, str, str]:
    """Status, type and text of an answer to a reader who was not here before."""
    more = dict(poison or {})
    headers = {**more.pop("headers", {}), **(people.headers("editor") if more.pop("person", False) else {})}
    client, session = app.flask_app.test_client(), more.pop("session", None)
    if session:
        with client.session_transaction(base_url="http://test.ckan.net") as held:
            held.update(session)
    answer = client.open(address, headers=headers, **({"base_url": "http://test.ckan.net"} | more))
    return answer.status_code, answer.content_type, CHANGING.sub("", answer.get_data(as_text=True))


def test_no_request_leaves_anything_for_the_next_reader(kept: Any, people: Site) -> None:
    draw, addresses = random.Random("kept"), kept_addresses(kept)
    assert len(addresses) > 12
    for address in [*addresses, *(f"/en{address}" for address in addresses)]:
        tk.config[SECONDS] = 0
        fresh = ask(kept, address, people)
        tk.config[SECONDS] = 60
        for poison in draw.sample(POISONS, 5):
            for _ in range(2):  # of some addresses the second answer is the first that is kept
                ask(kept, address, people, poison)
            assert ask(kept, address, people) == fresh, (address, poison)


def test_what_is_kept_answers_nobody_else(kept: Any, people: Site) -> None:
    for address in kept_addresses(kept):
        for _ in range(3):
            ask(kept, address, people)
        for poison in POISONS:
            answered = ask(kept, address, people, poison)
            tk.config[SECONDS] = 0
            assert answered == ask(kept, address, people, poison), (address, poison)
            tk.config[SECONDS] = 60
