"""How often somebody may write without signing in, and how often somebody is written to."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ckan import authz, model
from ckan.lib.redis import connect_to_redis
from ckan.logic import _actions, get_action
from ckan.tests import factories

from ckanext.nxopendata.core.edge import request_quota
from ckanext.nxopendata.core.rate_limit import Limit, mailbox
from ckanext.nxopendata.following.models import Subscription
from ckanext.nxopendata.portal.models import Feedback

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "nothing_counted")

BODIES: dict[str, Callable[[int], dict[str, Any]]] = {
    "nx_account_confirm": lambda number: {"token": f"forged-{number}"},
    "nx_account_create": lambda number: {"token": f"forged-{number}", "name": f"li{number}", "password": "12345678"},
    "nx_account_invite": lambda number: {"email": f"li{number}@example.org"},
    "nx_case_report_create": lambda number: {"number": f"YYCG-{number}", "reason": "dead"},
    "nx_feedback_create": lambda number: {"id": "sights", "kind": "error", "text": f"错了 {number}"},
    "nx_subscription_confirm": lambda number: {"token": f"forged-{number}"},
    "nx_subscription_create": lambda number: {"email": f"li{number}@example.org", "query": "q=景区"},
    "nx_subscription_delete": lambda number: {"token": f"forged-{number}"},
}
"""Actions by which anybody writes, or tries secrets -> the body of the call with this number."""


@pytest.fixture
def nothing_counted() -> None:
    client: Any = connect_to_redis()
    for key in client.scan_iter("nx:limit:*"):
        client.delete(key)


@pytest.fixture
def dataset(call: Callable[..., Any]) -> dict[str, Any]:
    owner = call("organization_create", name="wlt", title_translated={"zh": "文化和旅游厅"})["id"]
    texts = {"title_translated": {"zh": "景区"}, "notes_translated": {"zh": "摘要"}}
    return call("package_create", name="sights", owner_org=owner, license_id="cc-by-4.0", **texts)


def ask(app: Any, name: str, body: dict[str, Any], address: str = "192.0.2.1", **headers: str) -> Any:
    return app.post(
        f"/api/3/action/{name}",
        data=json.dumps(body),
        content_type="application/json",
        environ_overrides={"REMOTE_ADDR": address},
        headers=headers,
    )


def is_limited(answer: Any) -> bool:
    """Whether the call was too often: a refusal at a field that says when to come back."""
    texts = [text for texts in answer.json.get("error", {}).values() if isinstance(texts, list) for text in texts]
    return answer.status_code == 409 and any("分钟后再试" in text for text in texts)


def test_whatever_anybody_may_write_without_signing_in_is_limited(app: Any, dataset: dict[str, Any]) -> None:
    get_action("status_show")  # fills the cache
    writing = {
        name
        for name, action in _actions.items()
        if name.startswith("nx_") and not getattr(action, "side_effect_free", False)
        if getattr(authz._AuthFunctions.get(name), "auth_allow_anonymous_access", False)
    }
    assert writing == set(BODIES)
    for name, body in BODIES.items():
        answers = (ask(app, name, body(number)) for number in range(200))
        assert any(map(is_limited, answers)), name
    # The page has no count of its own: it shows what the action says, and lets others in.
    form = {"about": "q=x", "email": "wang@example.org"}
    page = app.post("/subscribe", data=form, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert "分钟后再试" in page.body
    assert not is_limited(ask(app, "nx_subscription_create", BODIES["nx_subscription_create"](1), "192.0.2.2"))


def test_the_addresses_of_one_customer_are_one_reader(app: Any, dataset: dict[str, Any]) -> None:
    body = BODIES["nx_feedback_create"](1)
    answers = [ask(app, "nx_feedback_create", body, f"2001:db8:0:1::{number:x}") for number in range(6)]
    assert [is_limited(answer) for answer in answers] == [False] * 5 + [True]
    assert not is_limited(ask(app, "nx_feedback_create", body, "2001:db8:0:2::1"))


def queued(title: str) -> int:
    """How many jobs of this title wait."""
    return len([job for job in get_action("job_list")({"ignore_auth": True}, {}) if job["title"] == title])


def test_a_mailbox_gets_one_letter_an_hour_and_no_answer_tells_it_apart(app: Any) -> None:
    get_action("job_clear")({"ignore_auth": True}, {})
    answers = []
    for number, email in enumerate(("li@example.org", "LI@example.org", "li+news@example.org", "li@example.org")):
        body = {"email": email, "query": f"q={number}"}
        answers.append(ask(app, "nx_subscription_create", body, f"192.0.2.{number}").json["result"])
    assert queued("nx: confirm subscription") == 1
    row = model.Session.query(Subscription).first()
    assert row
    row.confirmed = row.created
    model.Session.commit()
    body = {"email": row.email, "query": row.query}
    answers.append(ask(app, "nx_subscription_create", body, "192.0.2.9").json["result"])
    model.Session.add_all(Subscription(email="li@example.org", query=f"q=more{number}") for number in range(60))
    model.Session.commit()
    body = {"email": "li@example.org", "query": "q=new"}
    answers.append(ask(app, "nx_subscription_create", body, "192.0.2.9").json["result"])
    assert answers == [{"confirm": True}] * len(answers)
    assert queued("nx: confirm subscription") == 1


def test_a_department_gets_ten_letters_an_hour_and_all_of_the_feedback(app: Any, dataset: dict[str, Any]) -> None:
    get_action("job_clear")({"ignore_auth": True}, {})
    for number in range(15):
        answer = ask(app, "nx_feedback_create", BODIES["nx_feedback_create"](number), f"192.0.2.{number}")
        assert answer.status_code == 200
    assert queued("nx: feedback") == 10
    assert model.Session.query(Feedback).count() == 15


def test_a_count_ends() -> None:
    limit = Limit("tests", 1, seconds=100)
    assert [limit.allows("li"), limit.allows("li"), limit.allows("wang")] == [True, False, True]
    client: Any = connect_to_redis()
    assert {0 < client.ttl(key) <= 100 for key in client.scan_iter("nx:limit:*:tests:*")} == {True}


@pytest.mark.parametrize("address", ["li@example.org", "Li@EXAMPLE.org", "li+a@example.org", "LI+b+c@example.org"])
def test_what_reaches_one_mailbox_is_one_recipient(address: str) -> None:
    assert mailbox(address) == "li@example.org"


def feedback_by(app: Any, forwarded: str) -> bool:
    """Whether a reader behind the same proxy, or said to be, is limited."""
    return is_limited(ask(app, "nx_feedback_create", BODIES["nx_feedback_create"](1), **{"X-Forwarded-For": forwarded}))


def test_without_proxies_nobody_forges_an_address(app: Any, dataset: dict[str, Any]) -> None:
    assert [feedback_by(app, f"198.51.100.{number}") for number in range(6)] == [False] * 5 + [True]


@pytest.mark.ckan_config("ckanext.nxopendata.proxies", 1)
def test_behind_a_proxy_readers_are_told_apart_by_what_it_wrote(app: Any, dataset: dict[str, Any]) -> None:
    assert not any(feedback_by(app, f"198.51.100.{number}") for number in range(6))
    # What stands before it was written by the reader.
    forged = [feedback_by(app, f"198.51.100.{number}, 203.0.113.1") for number in range(6)]
    assert forged == [False] * 5 + [True]


CALLS, DOWNLOADS = "ckanext.nxopendata.limits.calls_per_hour", "ckanext.nxopendata.limits.downloads_per_hour"


def search(app: Any, address: str, **headers: str) -> Any:
    environment = {"REMOTE_ADDR": address}
    return app.get("/api/3/action/package_list", environ_overrides=environment, headers=headers)


@pytest.mark.ckan_config(CALLS, 3)
def test_calls_are_counted_by_account_and_of_nobody_by_address(app: Any) -> None:
    answers = [search(app, "192.0.2.1") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"calls";q=3;w=3600'
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert int(answers[3].headers["Retry-After"]) > 0
    assert answers[3].json["error"]["__type"] == "Too Many Requests"
    assert "分钟后再试" in answers[3].json["error"]["message"]
    token = factories.UserWithToken()["token"]
    other = factories.UserWithToken()["token"]
    # An account is one reader wherever it asks from, and its colleagues behind the same address are others.
    own = [search(app, f"192.0.2.{number}", Authorization=token).status_code for number in range(1, 5)]
    assert own == [200, 200, 200, 429]
    assert search(app, "192.0.2.1", Authorization=other).status_code == 200
    assert app.get("/about", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    # What programs ask by another protocol is the same number.
    asked = app.post("/mcp", json={}, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert (asked.status_code, asked.json["error"]["__type"]) == (429, "Too Many Requests")
    known = {rule.endpoint for rule in app.flask_app.url_map.iter_rules()}
    assert known >= request_quota.CALLED


@pytest.mark.ckan_config(DOWNLOADS, 2)
def test_files_that_are_made_for_one_reader_are_counted(app: Any, dataset: dict[str, Any]) -> None:
    environment = {"REMOTE_ADDR": "192.0.2.1"}
    answers = [
        # read to the end: a stream that is not holds its request
        app.get(f"/dataset.{kind}", environ_overrides=environment, buffered=True)
        for kind in ("csv", "json", "csv")
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "分钟后再试" in answers[2].body
    assert answers[0].headers["RateLimit"].startswith('"downloads";r=1;t=')
    known = {rule.endpoint for rule in app.flask_app.url_map.iter_rules()}
    assert known >= request_quota.LARGE


def test_an_account_is_limited_wherever_it_writes_from(app: Any, dataset: dict[str, Any]) -> None:
    token, body = factories.UserWithToken()["token"], BODIES["nx_feedback_create"]
    answers = [
        ask(app, "nx_feedback_create", body(number), f"192.0.2.{number}", Authorization=token) for number in range(6)
    ]
    assert [is_limited(answer) for answer in answers] == [False] * 5 + [True]
