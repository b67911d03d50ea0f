"""Pages kept for readers without a name: correct under edits, never one reader's page for another."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories

from ..caches import finish_settling

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture
def dataset(call: Act) -> dict[str, Any]:
    call("organization_create", name="wlt", title_translated={"zh": "自治区文化和旅游厅"})
    texts = {"title_translated": {"zh": "景区名录"}, "notes_translated": {"zh": "景区的名称。"}}
    return call("package_create", name="scenic", owner_org="wlt", **texts)


@pytest.fixture
def settle() -> Callable[[], None]:
    """Let the time pass in which a change reaches the index."""
    return finish_settling


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every search that Solr is asked while the test runs."""
    from pysolr import Solr

    seen: list[str] = []
    send = Solr.search
    monkeypatch.setattr(Solr, "search", lambda self, q, *a, **k: seen.append(q) or send(self, q, *a, **k))
    yield seen


PAGES = ("/", "/dataset/?q=景区", "/dataset/scenic", "/organization/wlt")


def test_a_kept_page_costs_no_search_and_is_the_same(app: Any, dataset: dict, settle: Any, searches: list[str]) -> None:
    settle()
    for url in PAGES:
        app.get(url)
        first = app.get(url)
        searches.clear()
        again = app.get(url)
        assert searches == []
        assert first.headers["ETag"] == again.headers["ETag"]
        assert "<h1" in again.body
        assert app.get(url, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_a_kept_answer_of_the_api_is_the_same_and_never_old(
    app: Any, call: Act, dataset: dict, settle: Any, searches: list[str]
) -> None:
    user = factories.SysadminWithToken()
    url = "/api/3/action/package_search?q=景区"
    settle()
    app.get(url)
    first = app.get(url)
    searches.clear()
    again = app.get(url)
    assert searches == []
    assert again.json == first.json and again.content_type == first.content_type
    assert again.json["result"]["results"][0]["title"] == "景区名录"
    app.get(url, headers={"Authorization": user["token"]})
    app.get(f"{url}&callback=shown")
    app.post("/api/3/action/package_search", json={"q": "景区"})
    assert len(searches) == 3
    call("package_patch", id="scenic", title_translated={"zh": "景区新名录"})
    assert app.get(url).json["result"]["results"][0]["title"] == "景区新名录"


def test_what_is_asked_for_once_is_not_kept(app: Any, dataset: dict, settle: Any, searches: list[str]) -> None:
    settle()
    # From here on each is the first, the second, the third reader of this address.
    url = f"/dataset/?q=景区&_={uuid4()}"
    asked = []
    for _ in range(3):
        searches.clear()
        app.get(url)
        asked.append(len(searches))
    assert asked[0] and asked[1]
    assert asked[2] == 0


def test_every_edit_shows_at_once(app: Any, call: Act, dataset: dict, settle: Any) -> None:
    settle()
    for url in PAGES:
        app.get(url)
    tags = {url: app.get(url).headers["ETag"] for url in PAGES}
    call("package_patch", id="scenic", title_translated={"zh": "景区新名录"})
    for url in PAGES:
        answer = app.get(url, headers={"If-None-Match": tags[url]})
        assert answer.status_code == 200, url
        assert "新名录" in answer.body, url
    settle()
    for _ in range(2):
        app.get("/organization/wlt")
    call("organization_patch", id="wlt", title_translated={"zh": "改名的厅"})
    assert "改名的厅" in app.get("/organization/wlt").body
    settle()
    for _ in range(2):
        app.get("/dataset/?q=景区")
    call("package_delete", id="scenic")
    assert "新名录" not in app.get("/dataset/?q=景区").body


def test_nothing_is_kept_while_a_change_reaches_the_index(app: Any, dataset: dict, searches: list[str]) -> None:
    app.get("/dataset/?q=景区")
    searches.clear()
    app.get("/dataset/?q=景区")
    assert searches


def test_a_change_undone_is_none(app: Any, dataset: dict, settle: Any) -> None:
    from ckan import model

    from ckanext.nxopendata.core import caching

    settle()
    before = caching.look_up("page").state
    model.Session.query(model.Package).update({"version": "2"})
    model.Session.rollback()
    assert caching.look_up("page").state == before
    model.Session.query(model.Package).update({"version": "2"})
    model.Session.commit()
    assert caching.look_up("page").state is None


def test_readers_with_a_name_get_pages_of_their_own(app: Any, dataset: dict, settle: Any) -> None:
    settle()
    app.get("/dataset/scenic")
    user = factories.SysadminWithToken()
    settle()
    for _ in range(2):
        app.get("/dataset/scenic")
    page = app.get("/dataset/scenic", headers={"Authorization": user["token"]})
    assert user["name"] in page.body
    assert "ETag" not in page.headers
    assert user["name"] not in app.get("/dataset/scenic").body


def test_languages_and_addresses_are_kept_apart(app: Any, dataset: dict, settle: Any) -> None:
    settle()
    urls = ("/dataset/", "/en/dataset/", "/dataset/?q=a", "/dataset/?page=2")
    pages = [{app.get(url).body for url in urls} for _ in range(3)][-1]
    assert len(pages) == 4
    assert 'lang="en"' in app.get("/en/dataset/").body


def test_each_reader_has_a_token_of_their_own(
    app: Any, dataset: dict, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def show_form(name: str) -> str:
        """A page with a form for everybody, as other plugins may put it into ours."""
        made.append(f'<form method="post">{tk.h.csrf_input()}</form>')
        return made[-1]

    monkeypatch.setitem(app.flask_app.view_functions, "nx_portal.help", show_form)
    settle()
    found = []
    for _ in range(4):
        with app.flask_app.test_client() as client:
            body = client.get("/help", base_url=tk.config["ckan.site_url"]).get_data(as_text=True)
            found += re.findall(r'name="_csrf_token" value="([^"]+)"', body)
            assert "nx-token" not in body
    assert len(made) == 1  # the others had the stored page
    assert len(set(found)) == 4


def test_what_the_session_holds_is_not_for_others(app: Any, dataset: dict, settle: Any) -> None:
    settle()
    for _ in range(2):
        app.get("/dataset/scenic")
    with app.flask_app.test_client() as client:
        with client.session_transaction() as session:
            session["nx_basket"] = ["x"]
        answer = client.get("/dataset/scenic")
    assert "ETag" not in answer.headers
