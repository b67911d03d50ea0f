"""How often one account, and one network, may do something: counted in the actions, for pages and the API alike."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckan import model

from ckanext.nxopendata.cases.accounts import actions as accounts
from ckanext.nxopendata.cases.duty_reports import actions as duty_reports
from ckanext.nxopendata.cases.process import actions as process
from ckanext.nxopendata.cases.uploads import actions as uploads
from ckanext.nxopendata.core.rate_limit import Limit
from tests.cases.conftest import CaseSite

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
TOO_OFTEN = "次数过多"
GRANT = {"outcome": "granted", "answers": {"agreed_ends": "2099-01-01"}}


@pytest.fixture(autouse=True)
def counters(reset_redis: Callable[[], None]) -> Iterator[None]:
    reset_redis()
    yield
    reset_redis()


def call(app: Any, town: CaseSite, who: str, network: str, action: str, /, **data: Any) -> int:
    """The status of a call of the API from a network; 429 of one that came too often, and of no other."""
    answer = app.flask_app.test_client().post(
        f"/api/3/action/{action}",
        headers=town.headers(who),
        environ_overrides={"REMOTE_ADDR": network},
        **({"data": data} if "upload" in data else {"json": data}),
    )
    is_too_often = answer.status_code == 409 and TOO_OFTEN in str(answer.get_json()["error"])
    return 429 if is_too_often else answer.status_code


def check(send: Callable[[str, str, int], int], people: tuple[str, str]) -> None:
    """One time is allowed: a second one is refused by account, and by network, but not of others elsewhere."""
    first, second = people
    assert send(first, HERE, 0) == 200
    assert send(first, ELSEWHERE, 0) == 429, "the account from another network"
    assert send(second, HERE, 1) == 429, "another account of the network"
    model.Session.expire_all()
    assert send(second, "192.0.2.44", 1) == 429, "its own count"


def limit(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    monkeypatch.setattr(module, name, Limit(f"test {name}", 1))


PEOPLE = ("applicant", "other")


def test_messages(app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    cases = [town.apply(who) for who in PEOPLE]
    limit(monkeypatch, process, "WRITTEN")
    check(lambda who, at, n: call(app, town, who, at, "nx_case_message_create", id=cases[n]["id"], text="请问"), PEOPLE)


def test_steps_of_applicants(app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    cases = [[town.apply(who) for _ in range(4)] for who in PEOPLE]
    limit(monkeypatch, process, "MOVED")

    def withdraw(who: str, at: str, n: int) -> int:
        return call(app, town, who, at, "nx_case_advance", id=cases[n].pop()["id"], action="withdraw", version=1)

    check(withdraw, PEOPLE)
    spared = town.apply("applicant")
    steps = {"id": spared["id"], "action": "accept", "version": 1}
    assert (
        call(app, town, "head", HERE, "nx_case_advance", **steps) == 200
    )  # those who answer have a count of their own


def test_steps_of_those_who_answer_and_cases_given_away(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"subject": "公交站点", "description": "位置"}
    cases = [town.apply(kind="demand", dataset="", department="wlt", answers=answers) for _ in range(8)]
    limit(monkeypatch, process, "MOVED_BY_STAFF")

    def forward(who: str, at: str, n: int) -> int:
        data = {"id": cases.pop()["id"], "version": 1, "department": "tjj", "opinion": "统计局的数据"}
        return call(app, town, who, at, "nx_case_forward", **data)

    check(forward, ("head", "editor"))
    steps = {"id": cases.pop()["id"], "action": "accept", "version": 1}
    assert call(app, town, "head", HERE, "nx_case_advance", **steps) == 429


def test_files(app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    cases = [town.apply(who) for who in PEOPLE]
    limit(monkeypatch, uploads, "ADDED")

    def add(who: str, at: str, n: int) -> int:
        data = {"id": cases[n]["id"], "role": "evidence", "title": "说明", "upload": (io.BytesIO(b"ok\n"), "a.txt")}
        return call(app, town, who, at, "nx_case_file_create", **data)

    check(add, PEOPLE)


def test_organisations(app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, accounts, "NAMED")
    named = {"name": "宁夏某公司", "uscc": "91350100M000100Y43"}
    check(lambda who, at, n: call(app, town, who, at, "nx_account_organisation_create", **named), PEOPLE)


def test_duties(app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    cases = [[town.step("head", town.apply(who), "approve", **GRANT) for _ in range(2)] for who in PEOPLE]
    limit(monkeypatch, duty_reports, "PERFORMED")

    def perform(who: str, at: str, n: int) -> int:
        case = cases[n].pop() if len(cases[n]) > 1 else cases[n][0]  # each attempt is one of a duty not yet done
        duty = case["duties"][0]["id"]
        return call(app, town, who, at, "nx_case_duty_perform", id=case["id"], duty=duty, statement="已用于论文")

    check(perform, PEOPLE)
