"""Who reads and sends nothing gets no cookie: only a page with a form for the reader begins a session."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ckan.tests import factories

from .. import routes
from .site import Site

TOKEN = re.compile(r'name="_csrf_token" (?:content|value)="([^"]+)"')
FORMS = ('method="post"', "method='post'", "hx-post")


DELETED = "ckan=;"


@pytest.fixture
def public(people: Site) -> dict[str, str]:
    """A published dataset with a file."""
    kept: Any = people
    if not hasattr(kept, "public"):
        files = [{"name": "景区", "url": "http://example.org/x.csv", "format": "CSV"}]
        dataset = people.publish(people.create("景区名录", name="scenic", resources=files))
        kept.public = {"name": "scenic", "resource": dataset["resources"][0]["id"]}
    return kept.public


def has_form(answer: Any) -> bool:
    """Whether the page has a form that the reader can send."""
    text = answer.get_data(as_text=True)
    return any(form in text for form in FORMS)


def addresses(app: Any, public: dict[str, str]) -> list[str]:
    plain = [rule.rule for rule in app.flask_app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    known = {"id": public["name"], "name": public["name"], "user_id": "editor"}
    below = [
        address
        for rule, address in routes.addresses(app, public["resource"], public["name"], **known)
        if "GET" in (rule.methods or ()) and "webassets" not in address
    ]
    return [*plain, *below, "/organization/wlt", "/dataset/?q=名录", "/dataset/scenic?x=1"]


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
def test_only_a_page_with_a_form_for_the_reader_sets_a_cookie(
    answers: Any, people: Site, public: dict[str, str]
) -> None:
    setting: list[str] = []
    for address in addresses(answers, public):
        answer = answers.flask_app.test_client().get(address)
        given = answer.headers.get("Set-Cookie", DELETED)
        if answer.status_code == 200 and not given.startswith(DELETED) and not has_form(answer):
            setting.append(f"{address}: {given}")
    assert not setting, "\n".join(setting)
    for address in ("/", "/dataset/", "/dataset/scenic", "/organization/wlt", "/licence", "/basket"):
        assert "Set-Cookie" not in answers.flask_app.test_client().get(address).headers, address


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
def test_a_form_of_nobody_is_taken_from_this_site_alone(answers: Any, people: Site, public: dict[str, str]) -> None:
    for headers, is_taken in (
        ({}, True),  # no browser
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
    ):
        client = answers.flask_app.test_client()
        for address, data in (("/basket/add", {"dataset": "scenic"}), ("/user/login", {"login": "a", "password": "b"})):
            answer = client.post(address, data=data, headers=headers)
            assert (answer.status_code != 400) == is_taken, (address, headers)
            assert is_taken or "Set-Cookie" not in answer.headers
        assert ("景区名录" in client.get("/basket").get_data(as_text=True)) == is_taken
    away = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/api/3/action/package_search", json={}, headers=away).status_code == 200


WITHOUT_A_TOKEN = {
    "nx_mcp.endpoint": "for programs: it knows nobody's session",
    "nx_following.leave": "the address holds a secret of the subscription, for programs that read mail",
    "user.perform_reset": "the address holds a secret, without which it answers 403",
}
"""Routes that take a form of somebody who is signed in without the token, and why they may."""


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
def test_who_is_signed_in_needs_the_token_at_every_form(answers: Any, people: Site, public: dict[str, str]) -> None:
    factories.Sysadmin(name="root", email="root@nx.example", password="Mima-2026-nx")
    client = answers.flask_app.test_client()
    token = TOKEN.search(client.get("/user/login").get_data(as_text=True))
    assert token
    login = {"login": "root", "password": "Mima-2026-nx", "_csrf_token": token[1]}
    assert client.post("/user/login", data=login).status_code == 302
    same = {"Sec-Fetch-Site": "same-origin"}  # a browser's word for a form is no token
    taken, asked = [], 0
    for rule, address in post_addresses(answers, public):
        for method in {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ()):
            answer = client.open(address, method=method, data={"dataset": "scenic", "_csrf_token": "x"}, headers=same)
            asked += 1
            if answer.status_code != 400 and rule.endpoint not in WITHOUT_A_TOKEN:
                taken.append(f"{answer.status_code} {method} {address} ({rule.endpoint})")
    assert not taken, "\n".join(taken)
    assert asked > 150
    assert client.get("/user/edit").status_code == 200  # who asked was signed in to the end


def post_addresses(app: Any, public: dict[str, str]) -> list[tuple[Any, str]]:
    """Every route with an address that fits it; of the API's, one action that writes."""
    plain = [(rule, rule.rule) for rule in app.flask_app.url_map.iter_rules() if not rule.arguments]
    found = [*plain, *routes.addresses(app, public["resource"], public["name"], user_id="editor", username="editor")]
    call = next(rule for rule, _ in found if rule.endpoint == "api.action")
    found = [(rule, address) for rule, address in found if rule.endpoint != "api.action"]
    return [*found, (call, "/api/3/action/group_create"), (call, "/api/action/group_create")]
