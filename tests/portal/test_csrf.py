"""A form of somebody who is logged in needs its token, even after others looked at the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ckan import model
from ckan.tests import factories


def token_of(page: Any) -> str:
    found = re.search(r'name="_csrf_token" (?:content|value)="([^"]+)"', page.body)
    assert found
    return found[1]


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_a_page_that_anybody_looked_at_still_asks_for_the_token(app: Any):
    factories.User(name="editor", email="editor@nx.example", password="Mima-2026-nx")
    address = "/user/edit/editor"
    app.get(address)
    app.get(address, headers={"Authorization": factories.APIToken(user="editor")["token"]})
    login = {"login": "editor", "password": "Mima-2026-nx", "_csrf_token": token_of(app.get("/user/login"))}
    app.post("/user/login", data=login)
    form = {"name": "editor", "email": "editor@nx.example", "fullname": "改名", "save": ""}

    forged = app.post(address, data=form)
    assert forged.status_code == 400
    assert model.User.get("editor").fullname != "改名"

    sent = app.post(address, data=form | {"_csrf_token": token_of(app.get(address))})
    assert sent.status_code == 200
    model.Session.expire_all()
    assert model.User.get("editor").fullname == "改名"


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_programs_with_a_token_need_no_other(app: Any):
    user = factories.User()
    headers = {"Authorization": factories.APIToken(user=user["name"])["token"]}
    answer = app.post("/api/action/user_update", json={"id": user["id"], "email": "a@nx.example"}, headers=headers)
    assert answer.status_code in (200, 409)
