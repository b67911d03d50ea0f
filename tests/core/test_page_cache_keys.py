"""What is answered from the page cache is what would be answered without it, whatever else is asked for before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.core import caching

from ..caches import finish_settling

Act = Callable[..., Any]
Request = dict[str, Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

API = "/api/3/action/package_search"
PATHS = ("/", "/dataset/", "/dataset/scenic", "/organization/wlt", "/about", API, API, "/api/action/nx_search_find")
QUERIES = ("q=景区", "q=人口", "q=景区&rows=1", "rows=1&q=景区", "sort=title_string+asc", "callback=read")
HEADERS = st.dictionaries(
    st.sampled_from(("Accept", "Accept-Encoding", "Accept-Language", "HX-Request", "Range", "Origin", "X-Nobody")),
    st.sampled_from(("", "*/*", "text/html", "text/turtle, text/html;q=0.5", "application/json", "en", "gzip", "true")),
    max_size=3,
)
PARTS: dict[str, Any] = {
    "method": st.sampled_from(("HEAD", "POST", "PROPFIND")),
    "path": st.sampled_from(PATHS),
    "language": st.sampled_from(("/en", "/zh_Hans_CN")),
    "query": st.sampled_from(QUERIES),
    "headers": HEADERS,
    "reader": st.sampled_from(("admin", "wrong token", "old header")),
    "host": st.sampled_from(("elsewhere.example", "test.ckan.net:8080")),
    "body": st.sampled_from(({"q": "人口"}, {"rows": 0}, "q=人口", "nothing that is JSON")),
    "session": st.sampled_from(({"nx_basket": ["x"]}, {"_flashes": [("success", "写好了")]})),
}
SECONDS = "ckanext.nxopendata.caching.page_seconds"
PLAIN: Request = {
    "method": "GET",
    "language": "",
    "query": "",
    "headers": {},
    "reader": "nobody",
    "host": "test.ckan.net",
    "body": None,
    "session": {},
}
CHANGES = st.lists(st.sampled_from(sorted(PARTS)), max_size=2, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: PARTS[name] for name in names})
)
"""Two requests that have little in common are not mistaken for each other."""

TOKEN = re.compile(r'(name="_csrf_token" (?:content|value)=")[^"]+')
TIMES = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?")


@pytest.fixture
def admin(call: Act) -> str:
    """The token of somebody who may see all; two datasets, of which the public sees one."""
    token = factories.SysadminWithToken()["token"]
    call("organization_create", name="wlt", title_translated={"zh": "自治区文化和旅游厅", "en": "Culture and Tourism"})
    for name, title, private in (("scenic", "景区名录", False), ("people", "人口统计", False), ("draft", "人口", True)):
        texts = {"title_translated": {"zh": title}, "notes_translated": {"zh": title}}
        call("package_create", name=name, owner_org="wlt", private=private, **texts)
    return token


@pytest.fixture
def answer(app: Any, admin: str) -> Callable[[Request, bool], tuple[int, str, str]]:
    """Status, type and text of an answer, by way of the cache or without it; tokens and times are left out."""
    tokens = {"admin": {"Authorization": admin}, "wrong token": {"Authorization": "x"}}
    tokens["old header"] = {"X-CKAN-API-Key": admin}

    def ask(wanted: Request, cached: bool) -> tuple[int, str, str]:
        tk.config[SECONDS] = 60 if cached else 0
        body = wanted["body"]
        data = {"json": body} if isinstance(body, dict) else {"data": body} if body else {}
        headers = wanted["headers"] | tokens.get(wanted["reader"], {})
        with app.flask_app.test_client() as client:
            if wanted["session"]:
                with client.session_transaction(base_url="http://test.ckan.net") as session:
                    session.update(wanted["session"])
            found = client.open(
                wanted["language"] + wanted["path"],
                method=wanted["method"],
                query_string=wanted["query"],
                headers=headers,
                base_url=f"http://{wanted['host']}",
                **data,
            )
            text = TIMES.sub("", TOKEN.sub(r"\1", found.get_data(as_text=True)))
            return found.status_code, found.content_type, text

    return ask


@pytest.fixture(autouse=True)
def page_seconds() -> Iterator[None]:
    before = tk.config[SECONDS]
    yield
    tk.config[SECONDS] = before


def test_an_answer_from_the_cache_is_the_fresh_answer(answer: Any) -> None:
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(path=PARTS["path"], first=CHANGES, second=CHANGES)
    def same(path: str, first: Request, second: Request) -> None:
        plain = PLAIN | {"path": path}
        caching.invalidate()
        finish_settling()
        for _ in range(2):  # of some addresses the second answer is the first that is kept
            answer(plain | first, True)
        then = plain | second
        assert answer(then, True) == answer(then, False)

    same()


@pytest.mark.parametrize("body", [{"json": {"q": "人口"}}, {"data": "q=人口"}, {"data": "{"}])
def test_a_get_request_with_a_body_changes_nothing_for_others(app: Any, admin: str, answer: Any, body: dict) -> None:
    finish_settling()
    for _ in range(3):
        app.get(API, **body)
    assert app.get(API).json["result"]["count"] == 2
    for _ in range(3):
        app.get(API)
    assert app.get(API, json={"q": "人口"}).json["result"]["count"] == 1


def test_other_hosts_leave_nothing_in_the_cache(app: Any, admin: str) -> None:
    finish_settling()
    for _ in range(3):
        assert "ETag" not in app.get("/dataset/", base_url="http://elsewhere.example").headers
    assert "ETag" in app.get("/dataset/").headers


PLUGINS = (
    "{} nxopendata_licences nxopendata_review nxopendata_catalogue nxopendata_datasets "
    "nxopendata_organizations nxopendata_groups"
)


class TestAlone:
    """Each plugin that shows public pages keeps them without the other."""

    @pytest.mark.ckan_config("ckan.plugins", PLUGINS.format("nxopendata_portal"))
    def test_the_portal_keeps_pages_without_the_search(self, app: Any, admin: str) -> None:
        finish_settling()
        assert app.get("/about").headers["ETag"] == app.get("/about").headers["ETag"]

    @pytest.mark.ckan_config("ckan.plugins", PLUGINS.format("nxopendata_search"))
    def test_the_search_keeps_pages_without_the_portal(self, app: Any, admin: str) -> None:
        finish_settling()
        assert app.get("/about").headers["ETag"] == app.get("/about").headers["ETag"]
