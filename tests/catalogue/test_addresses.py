"""No address that a browser would run comes into the catalogue, and none that is there already is linked."""

import re

import pytest
from ckan import model
from ckan.lib.search import rebuild
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from .. import routes

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

RUN = [
    "javascript:alert(1)",
    "JaVaScript:alert(1)",
    " \tjavascript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript://example.org/%0aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "blob:https://example.org/1",
    "file:///etc/passwd",
    "view-source:https://example.org/",
    "C:\\数据\\a.csv",
]
KEPT = ["https://example.org/a.csv", "HTTP://example.org/", "ftp://example.org/a.csv", "a.csv", "统计 2024.csv", ""]


@pytest.fixture
def dataset():
    titles = {"title_translated": {"zh": "景区名录"}, "notes_translated": {"zh": "名录"}}
    return factories.Dataset(name="sights", owner_org=factories.Organization()["id"], **titles)


class TestWriting:
    @pytest.mark.parametrize("address", RUN)
    def test_an_address_that_runs_is_refused_with_the_remedy(self, call, dataset, address):
        more = {"resources": [{"url": address, "name": "x"}]}
        for action, data in (
            ("resource_create", {"package_id": dataset["id"], "url": address, "name": "x"}),
            ("resource_create", {"package_id": dataset["id"], "url": address, "name": "x", "url_type": "upload"}),
            ("package_patch", {"id": dataset["id"], **more}),
        ):
            with pytest.raises(tk.ValidationError) as refused:
                call(action, **data)
            errors = refused.value.error_dict
            assert "https://" in str(errors.get("url") or errors["resources"][0]["url"])

    @pytest.mark.parametrize("address", KEPT)
    def test_others_are_taken(self, call, dataset, address):
        call("resource_create", package_id=dataset["id"], url=address, name="x")

    @pytest.mark.parametrize("address", RUN)
    def test_the_page_of_the_source_is_of_the_web(self, call, dataset, address):
        with pytest.raises(tk.ValidationError):
            call("package_patch", id=dataset["id"], url=address)

    def test_a_reader_of_chinese_is_told_in_chinese(self, app, dataset):
        token = factories.SysadminWithToken()["token"]
        data = {"package_id": dataset["id"], "url": "javascript:alert(1)", "name": "x"}
        answer = app.post("/zh_Hans_CN/api/3/action/resource_create", json=data, headers={"Authorization": token})
        assert answer.status_code == 409
        assert "地址须以 http://" in answer.json["error"]["url"][0]


class TestReading:
    """Addresses that were stored before they were refused."""

    LINK = re.compile(
        r"""\b(?:href|src|action|formaction|data)\s*=\s*["']?\s*(?:javascript|vbscript|data:text)""", re.I
    )

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x"])
    def test_no_page_links_them(self, app, call, dataset, address, monkeypatch):
        monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
        made = call("resource_create", package_id=dataset["id"], url="https://example.org/x", name="x", format="PNG")
        view = call("resource_view_create", resource_id=made["id"], view_type="image_view", title="x")
        model.Session.get(model.Resource, made["id"]).url = address
        model.Package.get(dataset["id"]).url = address
        model.Session.commit()
        rebuild(dataset["id"])  # pages read what the index keeps
        token = {"Authorization": factories.SysadminWithToken()["token"]}
        ids = {"resource_view_id": view["id"], "view_id": view["id"], "id": "sights"}
        seen = 0
        for rule, path in routes.addresses(app, made["id"], "sights", **ids):
            if "GET" in rule.methods and (routes.takes_a_file(rule) or rule.rule.startswith("/dataset/<id>")):
                for headers in ({}, token):
                    page = app.get(path, headers=headers, follow_redirects=False)
                    if page.status_code == 200 and page.mimetype == "text/html":
                        seen += 1
                        assert not self.LINK.search(page.body), path
        assert seen > 5
