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


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
def test_who_is_signed_in_needs_the_token(answers: Any, people: Site, public: dict[str, str]) -> None:
    factories.User(name="reader", email="reader@nx.example", password="Mima-2026-nx")
    client = answers.flask_app.test_client()
    token = TOKEN.search(client.get("/user/login").get_data(as_text=True))
    assert token
    login = {"login": "reader", "password": "Mima-2026-nx", "_csrf_token": token[1]}
    assert client.post("/user/login", data=login).status_code == 302
    answer = client.post("/basket/add", data={"dataset": "scenic"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
