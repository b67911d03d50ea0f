"""Use is counted for real, and the pages show it; notices of the office."""

import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from ckanext.nxopendata.portal.usage import usage_store

Act = Callable[..., Any]
BROWSER = {"User-Agent": "Mozilla/5.0 Chrome/140.0"}

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "nothing_kept")


def test_what_people_do_is_counted_once_and_shown(app: Any, scenic: dict, create: Act, call: Act) -> None:
    hidden = create(title_translated={"zh": "不公开的景区"}, private=True)
    for _ in range(3):
        app.get("/dataset/?q=景区", headers=BROWSER)
        app.get("/dataset/?q=没有这个词", headers=BROWSER)
        app.get(f"/dataset/{scenic['name']}", headers=BROWSER)
    app.get(scenic["csv"]["url"].removeprefix("http://test.ckan.net"), headers=BROWSER)
    app.get(f"/api/3/action/package_show?id={scenic['id']}")
    app.get(f"/dataset/{hidden['name']}", headers=BROWSER, status=404)
    assert usage_store.flush() > 0
    assert usage_store.flush() == 0
    assert usage_store.count_totals() == {"view": 3, "download": 1, "api": 1, "search": 6, "bulk": 0}
    assert usage_store.count_for_dataset(scenic["id"])["recent_views"] == 3
    assert [(one["name"], one["downloads"]) for one in call("nx_portal_most_used")] == [(scenic["name"], 1)]
    # The other words stand in no title: they do not come to the home page.
    assert usage_store.list_hot_words(8, least=3) == ["景区"]
    statistics = html.fromstring(app.get("/statistics").body)
    figures = statistics.xpath("//dl[contains(concat(' ', @class, ' '), ' nx-figures ')]/div")
    shown = {one.xpath("string(dt)"): one.xpath("string(dd)") for one in figures}
    assert (shown["下载次数"], shown["接口调用"]) == ("1", "1")
    page = html.fromstring(app.get("/").body)
    assert page.xpath("//section[@aria-labelledby='nx-most-used']//a/@href") == [f"/dataset/{scenic['name']}"]


def test_old_search_words_are_forgotten_and_figures_stay(app: Any, scenic: dict) -> None:
    app.get("/dataset/?q=景区", headers=BROWSER)
    app.get(f"/dataset/{scenic['name']}", headers=BROWSER)
    usage_store.flush()
    assert usage_store.forget(usage_store.today()) == 0
    assert usage_store.forget(usage_store.today().replace(year=usage_store.today().year + 1)) == 1
    assert usage_store.count_totals()["view"] == 1


def test_a_change_is_on_the_home_page_at_once(app: Any, scenic: dict, call: Act) -> None:
    assert "沙湖" not in app.get("/").body
    call("package_patch", id=scenic["id"], title_translated={"zh": "沙湖的水位"})
    assert "沙湖的水位" in app.get("/").body


def test_the_office_writes_notices_and_nobody_else(app: Any, call: Act, departments: dict) -> None:
    reader, officer = factories.UserWithToken(), factories.SysadminWithToken()
    notice = {"title_zh": "开放清单<b>公布</b>", "text_zh": "**全文**", "day": "2026-01-05"}

    def send(path: str, token: str, data: dict[str, str]) -> Any:
        return app.post(path, headers={"Authorization": token}, data=data, follow_redirects=False)

    assert send("/announcement/new", reader["token"], notice).status_code == 403
    refused = send("/announcement/new", officer["token"], notice | {"day": "5月1日"})
    assert "年-月-日" in refused.body
    made = send("/announcement/new", officer["token"], notice)
    assert made.status_code == 302
    assert "开放清单&lt;b&gt;公布" in app.get("/").body
    path = f"/announcement/{made.headers['Location'].rpartition('/')[2]}"
    assert "<strong>全文</strong>" in app.get(path).body
    assert send(f"{path}/edit", officer["token"], notice | {"day": "2999-01-01"}).status_code == 302
    assert "公布" not in app.get("/").body
    assert app.get(path).status_code == 404
    assert send(f"{path}/delete", officer["token"], {}).status_code == 302
    assert call("nx_announcement_list")["count"] == 0


RUBBISH = st.one_of(
    st.text(st.sampled_from("a景\0\t\n\x1b\x7f\x9f\u200b\ud800\udfff%"), min_size=1, max_size=12),
    st.text(st.characters(), min_size=1, max_size=30),
    st.sampled_from("\0\ud800a景").map(lambda character: character * 20_000),
)


def address(text: str) -> str:
    """As it stands in an address; halves of surrogate pairs as bytes that are no UTF-8."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@given(RUBBISH)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_of_a_reader_spoils_a_page_or_what_is_counted_after_it(app: Any, scenic: dict, text: str) -> None:
    before = usage_store.count_for_dataset(scenic["id"])["views"]
    shortened = address(text[:1000])
    answers = [
        app.get(f"/dataset/?q={shortened}", headers=BROWSER),
        app.get(f"/dataset/{shortened}", headers=BROWSER),
        app.get(f"/dataset/{scenic['name']}/resource/{shortened}/download/{shortened}", headers=BROWSER),
        app.get(f"/api/3/action/nx_dataset_use?id={shortened}"),
        app.get(f"/bulk/{shortened}", headers=BROWSER),
    ]
    for action in ("nx_dataset_use", "nx_feedback_list"):
        body = json.dumps({"id": text})
        answers.append(app.post(f"/api/3/action/{action}", data=body, content_type="application/json"))
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert app.get(f"/dataset/{scenic['name']}", headers=BROWSER).status_code == 200
    usage_store.flush()
    assert usage_store.count_for_dataset(scenic["id"])["views"] == before + 1
    client: Any = connect_to_redis()
    assert [key for key in client.scan_iter("nx:use:*") if b":moving:" in key or b":day:" in key] == []


def test_lines_that_cannot_be_stored_are_dropped_and_the_others_stored(
    scenic: dict, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = connect_to_redis()
    day = usage_store.today().isoformat()
    bad: dict[bytes, Any] = {
        b"search\tab\0cd": 1,
        b"search\t\xff\xfe": 1,
        b"search\t\xed\xa0\x80": 1,
        b"view": 1,
        b"visit\trenkou": 1,
        b"search\tnumber": "x",
        b"search\tmany": 10**18,
        b"search\t" + b"a" * 5000: 1,
    }
    client.hset(f"{usage_store._prefix()}:moving:{day}:1", mapping=bad | {b"view\t" + scenic["id"].encode(): 2})
    client.hset(f"{usage_store._prefix()}:moving:no-day:1", mapping={"search\tlost": 1})
    client.set(f"{usage_store._prefix()}:day:{day}", "no counts")
    client.hset(f"{usage_store._prefix()}:moving:2026-01-01:1", mapping={"search\tfound": 3})
    monkeypatch.setattr(usage_store.log, "disabled", False)  # as a command of CKAN leaves it
    usage_store.log.addHandler(caplog.handler)  # CKAN's own logging does not hand on to the root
    try:
        with caplog.at_level(logging.WARNING, usage_store.log.name):
            assert usage_store.flush() == 2
    finally:
        usage_store.log.removeHandler(caplog.handler)
    assert usage_store.count_totals() | {"view": 2, "search": 3} == usage_store.count_totals()
    assert f"{len(bad)} lines" in caplog.text
    assert [
        key for key in client.scan_iter(f"{usage_store._prefix()}:*") if b":moving:" in key or b":day:" in key
    ] == []


def test_counts_wait_while_the_table_takes_none(app: Any, scenic: dict) -> None:
    app.get("/dataset/?q=景区", headers=BROWSER)
    with model.meta.engine.begin() as connection:  # pyright: ignore[reportOptionalMemberAccess]  it is configured
        connection.execute(sa.text("ALTER TABLE nx_use RENAME COLUMN count TO other"))
    try:
        usage_store.flush_if_due()
    finally:
        with model.meta.engine.begin() as connection:  # pyright: ignore[reportOptionalMemberAccess]  it is configured
            connection.execute(sa.text("ALTER TABLE nx_use RENAME COLUMN other TO count"))
    assert usage_store.flush() == 1
    assert usage_store.count_totals()["search"] == 1
