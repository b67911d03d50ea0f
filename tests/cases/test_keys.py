"""Keys of systems: each takes what its owner was granted, says which system took it, and opens nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model

from ckanext.nxopendata.cases.keys import scope
from ckanext.nxopendata.core.file_access import doors
from tests import routes
from tests.cases.conftest import CaseSite
from tests.doors import ways
from tests.tables import conftest as tables

SYSTEM = "客流分析系统"
REFUSALS = ("系统的密钥只能", "The key of a system takes")


def make_key(town: CaseSite, who: str) -> dict[str, str]:
    """The headers of a system of a person."""
    return {"Authorization": town.act(who, "nx_account_key_create", system=SYSTEM)["token"]}


def test_a_key_takes_what_was_granted_and_says_which_system_took_it(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    tables.work()
    key, client = make_key(town, "applicant"), app.flask_app.test_client()
    case = town.apply(answers={"channel": "both"})
    file = uploaded["id"]
    addresses = [
        f"/dataset/jingqu/resource/{file}/download/x",
        f"/datastore/dump/{file}",
        f"/case/{case['id']}/data/{file}.csv",
    ]
    asked = {"id": case["id"], "resource": file, "resource_id": file}

    def ask() -> list[int]:
        got = [client.get(address, headers=key).status_code for address in addresses]
        for action in ("nx_case_row_list", "nx_case_use_list", "datastore_search"):
            named = {name: asked[name] for name in (["resource_id"] if action[0] == "d" else ["id", "resource"])}
            got.append(client.post(f"/api/3/action/{action}", json=named, headers=key).status_code)
        return got

    assert 200 not in ask()
    town.step("head", case, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    assert ask() == [200] * 6
    lines = town.act("head", "nx_case_use_list", id=case["id"])["results"]
    assert [line["system"] for line in lines] == [SYSTEM] * 5
    client.get(addresses[0], headers=town.headers("applicant")).get_data()
    assert town.act("head", "nx_case_use_list", id=case["id"])["results"][0]["system"] == ""
    assert SYSTEM in app.get(f"/case/{case['id']}", headers=town.headers("head")).body
    town.step("office", case, "revoke", opinion="超出用途")
    assert 200 not in ask()[:4]


def test_a_key_of_an_officer_opens_nothing_of_the_department(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    case = town.apply()
    town.step("head", case, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    key, client = make_key(town, "head"), app.flask_app.test_client()
    file = f"/dataset/jingqu/resource/{uploaded['id']}/download/x"
    assert client.get(file, headers=town.headers("head")).status_code == 200
    assert client.get(file, headers=key).status_code == 403
    uses = "/api/3/action/nx_case_use_list"
    assert client.post(uses, json={"id": case["id"]}, headers=town.headers("head")).status_code == 200
    assert client.post(uses, json={"id": case["id"]}, headers=key).status_code == 403


def test_a_key_of_an_officer_takes_the_part_that_was_granted_and_is_written_down(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    tables.work()
    case = town.apply("editor", answers={"channel": "both"})
    terms = {"agreed_ends": "2099-01-01", "agreed_columns": ["景区名称"], "agreed_quota": "2", "agreed_channel": "file"}
    town.step("head", case, "approve", outcome="partly", answers=terms)
    key, client = make_key(town, "editor"), app.flask_app.test_client()
    whole, part = (
        f"/dataset/jingqu/resource/{uploaded['id']}/download/x",
        f"/case/{case['id']}/data/{uploaded['id']}.csv",
    )
    own = client.get(whole, headers=town.headers("editor"))
    assert own.status_code == 200 and "0951" in own.get_data(as_text=True)
    assert client.get(whole, headers=key).status_code == 403
    rows = {"resource_id": uploaded["id"]}
    assert client.post("/api/3/action/datastore_search", json=rows, headers=key).status_code == 403
    answers = []
    for _ in range(3):
        answer = client.get(part, headers=key)
        answers.append((answer.status_code, answer.get_data(as_text=True).lstrip("\ufeff")))
    assert [status for status, _ in answers] == [200, 200, 429]
    assert answers[0][1].split() == ["景区名称", "沙湖", "水洞沟"]
    lines = town.act("head", "nx_case_use_list", id=case["id"])["results"]
    assert [line["system"] for line in lines] == [SYSTEM] * 2
    other = town.apply("editor", answers={"channel": "both"})
    town.step("head", other, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    answer = client.get(whole, headers=key)
    assert answer.status_code == 200 and "0951" in answer.get_data(as_text=True)
    (line,) = town.act("head", "nx_case_use_list", id=other["id"])["results"]
    assert line["system"] == SYSTEM


def test_whatever_is_no_taking_of_a_grant_is_refused_to_a_key_with_a_plain_sentence(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
    town.dataset()
    key, client = make_key(town, "head"), app.flask_app.test_client()
    open_ones = set()
    for way in ways.actions():
        answer = client.post(f"/api/3/action/{way.name}", json={"id": "jingqu"}, headers=key)
        message = (answer.get_json(silent=True) or {}).get("error", {}).get("message", "")
        if answer.status_code == 403 and message.startswith(REFUSALS):
            continue
        # What the site offers to nobody, or not in this form, is refused before it is asked who calls.
        same = client.post(f"/api/3/action/{way.name}", json={"id": "jingqu"})
        if answer.status_code < 400 or answer.data != same.data:
            open_ones.add(way.name)
    assert open_ones <= scope.ACTIONS, sorted(open_ones - scope.ACTIONS)
    for rule, address in routes.addresses(app, "x", "jingqu"):
        if "GET" in (rule.methods or ()) and doors.find_view(rule.endpoint) not in scope.ROUTES | {"api.action"}:
            answer = client.get(address, headers=key)
            where = (rule.rule, rule.endpoint, answer.status_code)
            assert answer.status_code == 403 or client.get(address).status_code == answer.status_code >= 400, where
    for address in ("/", "/case", "/account", "/dataset/new", "/mcp"):
        assert client.get(address, headers=key).status_code == 403, address
    assert client.get("/case", headers=town.headers("head")).status_code == 200
    assert model.Package.get("jingqu") is not None
