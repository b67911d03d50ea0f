"""Every page carries the security headers and holds nothing that its Content-Security-Policy refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from ckan.tests import factories, helpers
from werkzeug.routing import Rule

from .. import routes

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
DATA = ("application/", "text/x-")
"""Types of ``<script>`` elements that hold data."""

ADDRESS_ATTRIBUTES = frozenset({"href", "src", "action", "formaction", "data", "poster"})
HARMLESS_SCHEMES = ("http:", "https:", "mailto:", "tel:", "ftp:", "data:image/")


class Markup(HTMLParser):
    """Collects what a strict policy refuses of a page."""

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce, self.refused = nonce, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        is_data = tag == "script" and values.get("type", "").startswith(DATA)
        is_inline = tag == "style" or (tag == "script" and "src" not in values and not is_data)
        if is_inline and (not self.nonce or values.get("nonce") != self.nonce):
            self.refused.append(f"<{tag}> without the nonce")
        for name, value in values.items():
            if name.startswith(("on", "hx-on")):
                self.refused.append(f"{tag} {name}={value[:60]!r}")
            elif name == "style":
                self.refused.append(f"{tag} style={value[:60]!r}")
            elif (
                name in ADDRESS_ATTRIBUTES and _scheme(value) and not value.strip().lower().startswith(HARMLESS_SCHEMES)
            ):
                self.refused.append(f"{tag} {name}={value[:60]!r}")


def _scheme(address: str) -> str:
    before, colon, _ = address.strip().partition(":")
    return before if colon and not set(before) & set("/?#") else ""


def nonce_of(policy: str) -> str:
    return policy.partition("'nonce-")[2].partition("'")[0]


def check(answer: Any) -> list[str]:
    """What is wrong with an answer."""
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
    if "sandbox" in policy:  # a file
        return wrong
    if "unsafe-" in policy or "frame-ancestors 'self'" not in policy or "script-src 'self'" not in policy:
        wrong.append(f"policy {policy!r}")
    if answer.headers.get("Permissions-Policy", "").count("=()") < 5:
        wrong.append("Permissions-Policy")
    if answer.mimetype == "text/html":
        markup = Markup(nonce_of(policy))
        markup.feed(answer.get_data(as_text=True))
        wrong += markup.refused
    return wrong


@pytest.fixture
def things(call: Callable[..., Any], scenic: dict[str, Any]) -> dict[str, str]:
    """Argument of a route, below the beginning of its address where several have it -> what there is."""
    call("group_create", name="sights", title="景区")
    resource = scenic["csv"]["id"]
    call("datastore_create", resource_id=resource, records=[{"名称": "沙湖"}], force=True)
    views = {
        kind: call("resource_view_create", resource_id=scenic[file]["id"], view_type=kind, title="x")["id"]
        for kind, file in (("datatables_view", "csv"), ("text_view", "csv"), ("image_view", "xlsx"))
    }
    source = call(
        "nx_harvest_source_create",
        name="source",
        title="目录",
        url="http://127.0.0.1:9/",
        organization="wlt",
        format="dcat",
    )
    system = call(
        "nx_system_create", title="旅游市场监管系统", notes="受理旅游投诉，公示处理结果。", nx_scope="全区旅游系统",
        nx_frequency="daily", nx_approver="自治区发展改革委", nx_approved="2015年6月", nx_funding="自治区财政",
        nx_plan="keep", owner_org="wlt",
    )  # fmt: skip
    announcement = call("nx_announcement_create", title_zh="公告", text_zh="正文")
    return {
        "/dataset": scenic["name"],
        "/organization": "wlt",
        "/group": "sights",
        "/user": "someone",
        "/register/systems": system["id"],
        "/announcement": announcement["id"],
        "/codelist": "theme",
        "/lists": "open",
        "/licence": "cc-by-4.0",
        "resource_id": resource,
        "owner_org": "wlt",
        "org": "wlt",
        "name": source["name"],
        **views,
    }


@pytest.fixture
def people(things: dict[str, str]) -> dict[str, dict[str, str]]:
    """The headers of a visitor, an editor, and who may do everything."""
    editor = factories.User(name="someone")
    helpers.call_action("organization_member_create", id="wlt", username="someone", role="editor")
    office = factories.Sysadmin()
    headers: dict[str, dict[str, str]] = {"visitor": {}}
    for who, user in (("editor", editor), ("office", office)):
        headers[who] = {"Authorization": str(factories.APIToken(user=user["name"])["token"])}
    return headers


def addresses(app: Any, things: dict[str, str]) -> Iterator[tuple[Rule, str]]:
    """Every route that answers GET, with and without arguments."""
    rules = [
        rule
        for rule in app.flask_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "user.logout"
    ]
    for rule in rules:
        if not rule.arguments:
            yield rule, rule.rule
    for start in [name for name in things if name.startswith("/")]:
        named = {
            name: things.get(name, things[start])
            for name in ("id", "dataset_id", "name", "owner_org", "org", "kind", "licence_id", "announcement_id")
        }
        if start != "/harvest":
            named["name"] = things[start]
        for kind in ("datatables_view", "text_view", "image_view"):
            known = {**named, "view_id": things[kind]}
            for rule, address in routes.addresses(app, things["resource_id"], things["/dataset"], **known):
                if (
                    "GET" in (rule.methods or ())
                    and address.startswith(start)
                    and (kind == "text_view" or "view_id" in rule.arguments)
                ):
                    yield rule, address


class TestEveryPage:
    def test_it_has_the_headers_and_nothing_that_they_refuse(
        self, app: Any, things: dict[str, str], people: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
        wrong: dict[str, set[str]] = {}
        shown = set[str]()
        for who, headers in people.items():
            for rule, address in addresses(app, things):
                answer = app.get(address, headers=headers, follow_redirects=False)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    shown.add(rule.endpoint)
                for one in check(answer):
                    wrong.setdefault(one, set()).add(f"{who} {address}")
        assert not wrong, "\n".join(f"{one}: {sorted(where)[:3]}" for one, where in wrong.items())
        assert len(shown) > 100


@pytest.mark.parametrize("address", ["/api/3/action/package_list", "/dataset/", "/dataset.csv", "/about", "/nowhere"])
def test_no_shared_cache_keeps_what_somebody_who_is_signed_in_was_answered(app: Any, address: str) -> None:
    token = factories.UserWithToken()["token"]
    kept = app.get(address, headers={"Authorization": token}, buffered=True).headers["Cache-Control"]
    assert "private" in kept
    assert "public" not in kept
