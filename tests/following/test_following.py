"""Favourites, and subscriptions from the form to the letter and back out."""

import datetime as dt
import email
import email.message
import json
import re
from collections.abc import Callable
from email.header import decode_header, make_header
from typing import Any

import pytest
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from lxml import html

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.following import jobs, mails, tokens
from ckanext.nxopendata.following.models import Subscription

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture
def create(call: Act) -> Act:
    owner = call("organization_create", name="wlt", title_translated={"zh": "文化和旅游厅"})["id"]

    def create_dataset(title: str, **fields: Any) -> dict[str, Any]:
        texts = {"zh": title, "en": f"English {title}"}
        values = {"title_translated": texts, "notes_translated": {"zh": "摘要"}, "owner_org": owner}
        return call("package_create", **(values | {"license_id": "cc-by-4.0"} | fields))

    return create_dataset


@pytest.fixture
def letters(mail_server: Any) -> Callable[[], list[email.message.Message]]:
    client: Any = connect_to_redis()
    for key in client.scan_iter("nx:limit:*"):
        client.delete(key)

    def read() -> list[email.message.Message]:
        found = [email.message_from_string(message[3]) for message in mail_server.get_smtp_messages()]
        mail_server.clear_smtp_messages()
        return found

    return read


def text_of(letter: email.message.Message) -> str:
    return (letter.get_payload(decode=True) or b"").decode()  # pyright: ignore[reportAttributeAccessIssue]  one part


def path_in(letter: email.message.Message, name: str) -> str:
    found = re.search(rf"http://test\.ckan\.net(\S*/{name}/\S+)", text_of(letter))
    assert found
    return found.group(1)


def subscribe(app: Any, query: str = "q=景区", prefix: str = "") -> Subscription:
    answer = app.post(f"{prefix}/subscribe", data={"about": query, "email": "Li@example.org"})
    assert answer.status_code == 200
    row = model.Session.query(Subscription).one()
    mails.ask_to_confirm(row.id)
    return row


def test_from_the_search_to_the_letter_and_out_by_one_click(app: Any, create: Act, letters: Act) -> None:
    create("旧的景区")
    subscribe(app, prefix="/en")
    (asking,) = letters()
    assert "Please confirm" in str(make_header(decode_header(asking["Subject"])))
    assert jobs.send_due() == {"sent": 0, "waiting": 0, "quiet": 0, "failed": 0, "forgotten": 0}
    link = path_in(asking, "subscribe")
    assert model.Session.query(Subscription).one().confirmed is None
    assert html.fromstring(app.get(link).body).xpath("//form//button")
    assert model.Session.query(Subscription).one().confirmed is None, "a scanner that opens the link confirms nothing"
    assert app.post(link).status_code == 200

    create("新的景区")
    create("无关的水库")
    create("不公开的景区", private=True)
    assert jobs.send_due()["sent"] == 1
    (news,) = letters()
    body = text_of(news)
    assert "English 新的景区" in body
    assert not [title for title in ("旧的景区", "水库", "不公开") if title in body]
    assert jobs.send_due()["quiet"] == 1, "told once"
    assert letters() == []

    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = news["List-Unsubscribe"].strip("<>").removeprefix("http://test.ckan.net")
    assert app.get(leave).status_code == 200
    assert model.Session.query(Subscription).count() == 1
    app.post(leave, data={"List-Unsubscribe": "One-Click"})
    assert model.Session.query(Subscription).count() == 0
    assert app.post(leave).status_code == 200, "a second click does no harm"


def test_forged_and_old_links_open_nothing(app: Any, letters: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    row = subscribe(app)
    assert app.get(f"/subscribe/{tokens.to_leave(row.id)}", status=404)
    assert app.post("/subscribe/forged", status=404)
    monkeypatch.setattr(tokens, "CONFIRM_SECONDS", -1)
    assert app.post(f"/subscribe/{tokens.to_confirm(row.id)}", status=404)
    assert jobs.send_due()["forgotten"] == 1, "an address that never confirmed is deleted"


def test_the_form_refuses_what_is_no_address_and_too_many_tries(app: Any, letters: Act) -> None:
    for address in ("", "nobody"):
        page = html.fromstring(app.post("/subscribe", data={"about": "q=x", "email": address}).body)
        assert page.xpath("//input[@name='email'][@aria-invalid='true']")
    for _ in range(10):
        app.post("/subscribe", data={"about": "q=x", "email": "a@example.org"})
    assert model.Session.query(Subscription).count() == 1, "asking twice is one subscription"
    assert "分钟后再试" in app.post("/subscribe", data={"about": "q=x", "email": "b@example.org"}).body


def test_news_of_one_dataset(app: Any, create: Act, call: Act, letters: Act) -> None:
    dataset, other = create("沙湖"), create("沙坡头")
    app.post("/subscribe", data={"dataset": dataset["name"], "email": "li@example.org"})
    row = model.Session.query(Subscription).one()
    row.confirmed, row.seen = utc_now(), utc_now() - dt.timedelta(seconds=1)
    model.Session.commit()
    jobs.send_due()
    letters()
    call("package_patch", id=other["id"], notes_translated={"zh": "新摘要"})
    assert jobs.send_due()["quiet"] == 1
    call("package_patch", id=dataset["id"], notes_translated={"zh": "新摘要"})
    assert jobs.send_due()["sent"] == 1


def test_favourites_and_subscriptions_are_ones_own(app: Any, create: Act, letters: Act) -> None:
    owner, other = factories.UserWithToken(), factories.UserWithToken()
    dataset = create("沙湖")

    def ask(token: str, method: str, path: str, **options: Any) -> Any:
        return getattr(app, method)(path, headers={"Authorization": token}, follow_redirects=False, **options)

    assert app.get("/favourites").status_code == 403
    assert ask(owner["token"], "post", f"/favourites/{dataset['name']}").status_code == 302
    assert "沙湖" in ask(owner["token"], "get", "/favourites").body
    assert "沙湖" not in ask(other["token"], "get", "/favourites").body
    assert "取消收藏" in ask(owner["token"], "get", f"/dataset/{dataset['name']}").body
    assert ask(owner["token"], "post", f"/favourites/{dataset['name']}", data={"keep": "0"}).status_code == 302
    assert "沙湖" not in ask(owner["token"], "get", "/favourites").body

    ask(owner["token"], "post", "/subscribe", data={"about": "q=景区", "email": "li@example.org"})
    row = model.Session.query(Subscription).one()
    path = f"/favourites/subscriptions/{row.id}/delete"
    assert "li@example.org" in ask(owner["token"], "get", "/favourites").body
    assert ask(other["token"], "post", path).status_code == 403
    assert ask(owner["token"], "post", path).status_code == 302
    assert model.Session.query(Subscription).count() == 0


@pytest.mark.parametrize("query", ["q=a\0b", "q=a%00b", "q=%1b", "q=\ud800", "tags=a%0Ab"])
def test_a_search_that_cannot_stand_in_a_letter_is_refused_at_its_field(app: Any, letters: Act, query: str) -> None:
    body = json.dumps({"email": "li@example.org", "query": query})
    answer = app.post("/api/3/action/nx_subscription_create", data=body, content_type="application/json")
    assert (answer.status_code, set(answer.json["error"])) == (409, {"__type", "query"})
    assert model.Session.query(Subscription).count() == 0


@pytest.mark.parametrize("query", ['q=nx_theme:"', "q=a%00b", "q=(", "nx_nothing=1"])
def test_one_search_that_fails_keeps_no_mail_from_the_others(create: Act, letters: Act, query: str) -> None:
    early = utc_now() - dt.timedelta(seconds=1)
    for identity, asked in (("1", query), ("2", "q=景区")):
        row = Subscription(id=identity, email="li@example.org", query=asked, confirmed=early, seen=early)
        model.Session.add(row)
    model.Session.commit()
    create("新的景区")
    assert jobs.send_due()["sent"] >= 1
    assert "景区" in text_of(letters()[-1])


def test_the_first_letter_holds_no_word_of_who_asked(app: Any, create: Act, letters: Act) -> None:
    subscribe(app, query="q=URGENT http://evil.example/login&tags=evil")
    dataset = create("evil")
    app.post("/subscribe", data={"dataset": dataset["name"], "email": "wang@example.org"})
    mails.ask_to_confirm(model.Session.query(Subscription).filter_by(email="wang@example.org").one().id)
    for letter in letters():
        assert "evil" not in text_of(letter) + str(letter["Subject"])
        assert path_in(letter, "subscribe")


def test_one_letter_leads_to_all_that_waits_for_its_address(app: Any, letters: Act) -> None:
    subscribe(app, query="q=沙湖")
    for address, query in (("li@example.org", "q=人口"), ("wang@example.org", "q=水库")):
        app.post("/subscribe", data={"about": query, "email": address})
    page = html.fromstring(app.post(path_in(letters()[0], "subscribe")).body)
    texts = page.xpath("//main//form/p/text()")
    assert [text.strip() for text in texts if text.strip()] == ["人口"]
    (action,) = page.xpath("//main//form/@action")
    app.post(action)
    confirmed = model.Session.query(Subscription).filter(Subscription.confirmed.isnot(None))
    assert {row.query for row in confirmed} == {"q=%E6%B2%99%E6%B9%96", "q=%E4%BA%BA%E5%8F%A3"}
