"""No file that somebody brought runs as a page of this site, whatever it is and whichever way it is sent."""

import csv
import hashlib
import io
from pathlib import Path

import pytest
from ckan import model
from ckan.tests import factories

from ckanext.nxopendata.catalogue.downloads.dumps import guarded
from ckanext.nxopendata.catalogue.downloads.views import may_show
from ckanext.nxopendata.harvest.mirror import versions

from .. import routes
from ..browser import policy_violations
from ..safety.signing import release_file

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

RUN = "document.title = 'ran'; fetch('/ran'); alert('ran')"
HTML = f"<!DOCTYPE html><html><body><script>{RUN}</script></body></html>"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'
XHTML = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>{RUN}</script></html>'

SAVED = {
    "e.html": HTML,
    "e.htm": HTML,
    "e.svg": SVG,
    "e.xml": XHTML,
    "e.xhtml": XHTML,
    "e.xsl": XHTML,
    "e.rdf": XHTML,
    "e.js": RUN,
    "e.json": '{"a": 1}',
    "e.mht": HTML,
    "e.zip": "PK\x03\x04",
    "e": HTML,
}
"""Files that a browser has to save."""

SHOWN = {
    "e.txt": HTML,
    "e.csv": HTML,
    "e.png": "\x89PNG\r\n\x1a\n" + HTML,
    "e.gif": "GIF89a" + HTML,
    "e.jpg": HTML,
    "e.webp": HTML,
    "e.pdf": "%PDF-1.4 " + HTML,
}
"""Files that a browser may show, all with a page inside that it must not take them for."""

EMBED = """([tag, attribute, address]) => {
    const made = document.createElement(tag);
    made[attribute] = address;
    document.body.append(made);
}"""


@pytest.fixture
def storage(monkeypatch, ckan_config, tmp_path):
    monkeypatch.setitem(ckan_config, "ckan.storage_path", str(tmp_path))
    return tmp_path


@pytest.fixture
def dataset(storage):
    titles = {"title_translated": {"zh": "景区名录"}, "notes_translated": {"zh": "名录"}}
    return factories.Dataset(name="sights", owner_org=factories.Organization()["id"], **titles)


@pytest.fixture
def upload(create_with_upload, dataset):
    """An uploaded file, and an earlier content of it."""

    def make(name, text, **more):
        context = {"user": factories.Sysadmin()["name"], "ignore_auth": True}
        resource = create_with_upload(text, name, context, package_id=dataset["id"], name=name, url=name, **more)
        body = text.encode()
        digest = hashlib.sha256(body).hexdigest()
        versions.store_content(resource["id"], digest, io.BytesIO(body))
        told = {"name": name, "sha256": digest, "size": len(body)}
        versions.store_rows([versions.build_row(None, resource["id"], dataset["id"], "https://example.org/", **told)])
        model.Session.commit()
        release_file(resource["id"])  # half a picture or archive is one that the examination cannot read
        return resource

    return make


def answers(app, resource, name):
    """(address, answer) of every route that sends the file or a part of it."""
    asked = 0
    for rule, address in routes.addresses(app, resource["id"], "sights", filename=name):
        if routes.takes_a_file(rule) and "GET" in (rule.methods or ()) and not routes.tells_of_a_file(app, rule):
            answer = app.get(address)
            if answer.status_code == 200:
                asked += 1
                yield address, answer
    assert asked >= 3, "the download, with and without a name, and the earlier content"


def is_harmless(answer):
    policy = answer.headers.get("Content-Security-Policy", "")
    return answer.headers.get("X-Content-Type-Options") == "nosniff" and "sandbox" in policy.split("; ")


def kind(answer):
    return answer.headers.get("Content-Disposition", "").partition(";")[0]


class TestUploads:
    @pytest.mark.parametrize("name", SAVED)
    def test_what_can_hold_a_script_is_saved(self, app, upload, name):
        for address, answer in answers(app, upload(name, SAVED[name]), name):
            assert kind(answer) == "attachment", address
            assert is_harmless(answer), address

    @pytest.mark.parametrize("name", SHOWN)
    def test_what_cannot_may_be_shown_and_is_not_taken_for_a_page(self, app, upload, name):
        for address, answer in answers(app, upload(name, SHOWN[name]), name):
            assert is_harmless(answer), address
            if "/download" in address:
                assert kind(answer) in ("inline", ""), address

    @pytest.mark.parametrize(
        "told",
        ["text/html", "text/plain;,text/html", "text/plain, text/html", "image/svg+xml", "TEXT/HTML", "*/*", "x"],
    )
    def test_the_type_that_somebody_told_does_not_help(self, app, upload, call, told):
        resource = upload("e.csv", HTML)
        call("resource_patch", id=resource["id"], mimetype=told)
        for address, answer in answers(app, resource, "e.csv"):
            assert kind(answer) == "attachment", address
            assert is_harmless(answer), address

    def test_the_name_of_the_file_stays(self, app, upload):
        resource = upload("景区.html", HTML)
        answer = app.get(f"/dataset/sights/resource/{resource['id']}/download/景区.html")
        assert "filename*=UTF-8''%E6%99%AF%E5%8C%BA.html" in answer.headers["Content-Disposition"]


class TestPictures:
    @pytest.fixture(params=["user", "group", "admin"])
    def picture(self, request, app, storage, monkeypatch):
        """Puts a file where pictures lie, whatever the upload would have said to it."""
        monkeypatch.setattr(app.flask_app, "static_folder", [str(storage / "storage")])

        def put(name, text):
            path = Path(storage, "storage", "uploads", request.param, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            return f"uploads/{request.param}/{name}"

        return put

    @pytest.mark.parametrize("name", SAVED)
    @pytest.mark.parametrize("prefix", ["/", "/base%2F..%2F", "/.%2F", "/x%2F.%2F..%2F"])
    def test_what_can_hold_a_script_is_saved(self, app, picture, name, prefix):
        answer = app.get(prefix + picture(name, SAVED[name]))
        assert answer.status_code == 200
        assert kind(answer) == "attachment"
        assert is_harmless(answer)

    @pytest.mark.parametrize("name", ["e.png", "e.gif", "e.jpg", "e.webp"])
    def test_pictures_are_shown(self, app, picture, name):
        answer = app.get("/" + picture(name, SHOWN[name]))
        assert kind(answer) in ("inline", "")
        assert is_harmless(answer)


def test_the_files_of_the_software_are_as_they_were(app):
    answer = app.get("/base/images/ckan-logo.png")
    assert answer.status_code == 200
    assert "sandbox" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [
        ("text/csv", True),
        ("text/plain; charset=utf-8", True),
        ("IMAGE/PNG", True),
        ("image/svg+xml", False),
        ("text/html", False),
        ("text/plain; charset=utf-8, text/html", False),
        ("text/plain\ttext/html", False),
        ("multipart/x-mixed-replace; boundary=x", False),
        ("", False),
    ],
)
def test_only_harmless_types_are_shown(content_type, shown):
    assert may_show(content_type) is shown


class TestDumps:
    @pytest.mark.parametrize(("ending", "dialect"), [("csv", "excel"), ("tsv", "excel-tab")])
    @pytest.mark.parametrize("bom", ["", "&bom=true"])
    def test_no_cell_runs_as_a_formula(self, app, dataset, call, ending, dialect, bom):
        resource = call("resource_create", package_id="sights", name="x", url="https://example.org/x.csv")
        cells = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+cmd", "0951-1", "-5.2", 'a "quoted"\n=second line', "沙湖,景区"]
        call(
            "datastore_create",
            resource_id=resource["id"],
            fields=[{"id": "=name", "type": "text"}, {"id": "number", "type": "numeric"}],
            records=[{"=name": cell, "number": -5} for cell in cells],
            force=True,
        )
        answer = app.get(f"/datastore/dump/{resource['id']}?format={ending}{bom}")
        text = answer.data.decode("utf-8-sig" if bom else "utf-8")
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect))
        assert rows[0] == ["_id", "'=name", "number"]
        assert [row[1] for row in rows[1:]] == ["'=cmd|' /C calc'!A0", "'@SUM(1)", "'+1+cmd", *cells[3:]]
        assert {row[2] for row in rows[1:]} == {"-5"}

    def test_rows_are_the_same_wherever_the_answer_was_cut(self):
        content = 'a,b\r\n=1,"x\r\n沙湖"\r\n'.encode()
        for at in range(len(content)):
            assert b"".join(guarded([content[:at], content[at:]], "excel")) == content.replace(b"=", b"'=")


@pytest.mark.browser
class TestInABrowser:
    @pytest.fixture(autouse=True)
    def refusals_are_meant(self, site):
        yield
        policy_violations.clear()

    @pytest.mark.parametrize("name", ["e.html", "e.svg", "e.xml", "e.xhtml", "e.txt", "e.csv", "e.jpg", "e.pdf"])
    def test_no_script_runs(self, site, browser, upload, name):
        resource = upload(name, {**SAVED, **SHOWN}[name])
        below = f"{site}/dataset/sights/resource/{resource['id']}"
        page = browser.new_page()
        ran = []
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: ran.append(request.url) if request.url.endswith("/ran") else None)
        for address in (f"{below}/download", f"{below}/download/{name}", f"{below}/content/1"):
            self.open(page, address)
            for tag, attribute in (("iframe", "src"), ("object", "data"), ("embed", "src"), ("img", "src")):
                page.goto(f"{site}/about")
                page.evaluate(EMBED, [tag, attribute, address])
                page.wait_for_timeout(150)
        assert ran == []
        page.close()

    @pytest.mark.parametrize("name", ["e.html", "e.svg", "e.xml"])
    def test_no_script_runs_where_a_browser_shows_the_file_all_the_same(self, site, browser, upload, name):
        resource = upload(name, SAVED[name])
        page = browser.new_page()
        ran = []
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))

        def show(route):
            answer = route.fetch()
            headers = {key: value for key, value in answer.headers.items() if key != "content-disposition"}
            route.fulfill(response=answer, headers=headers)

        page.route("**/download/**", show)
        page.goto(f"{site}/dataset/sights/resource/{resource['id']}/download/{name}")
        page.wait_for_timeout(300)
        assert ran == []
        assert page.evaluate("document.title") != "ran"
        page.close()

    def open(self, page, address):
        from playwright.sync_api import Error

        try:
            page.goto(address)
            page.wait_for_timeout(150)
        except Error as error:
            assert "Download is starting" in str(error)
