"""What the site says of itself: statistics, bulk files, site maps, and the workbench of a department."""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import rdflib
from ckan import authz, logic
from ckan.config.middleware import make_app
from ckan.lib import webassets_tools
from ckan.tests import factories
from lxml import etree, html
from rdflib.namespace import DCAT, RDF

from ckanext.nxopendata.core.caching import cached_file
from ckanext.nxopendata.portal import warmup

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def table_of(app: Any, field: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(app.get(f"/statistics/{field}.csv").data.decode("utf-8-sig"))))


def test_statistics_bulk_and_site_maps(app: Any, create: Act) -> None:
    open_one = create(nx_update_cycle="9")
    late = create(title_translated={"zh": "逾期的数据"}, nx_update_cycle="1")
    create(title_translated={"zh": "不公开的数据"}, private=True)
    assert table_of(app, "growth")[-1][1:] == ["2", "2"]
    assert [row[1] for row in table_of(app, "freshness")] == ["数据集", "0", "1", "1"]
    assert app.get("/statistics/nothing.csv").status_code == 404
    page = html.fromstring(app.get("/statistics").body)
    drawn = page.xpath("//*[@data-nx-series]/@data-nx-series")
    assert drawn
    assert all(page.xpath(f"//table[@id='{name}']") for name in drawn), "each drawing has its table"

    first = app.get("/bulk/catalogue.nt")
    graph = rdflib.Graph().parse(data=first.data, format="nt")
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == 2
    assert app.get("/bulk/catalogue.nt").data == first.data, "the second comes from the disk"
    assert app.get("/bulk/catalogue.nt", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304

    def addresses(path: str) -> list[str]:
        return [node.text for node in etree.fromstring(app.get(path).data).iter("{*}loc")]

    parts = addresses("/sitemap.xml")
    listed = [address for part in parts for address in addresses(part.removeprefix("http://test.ckan.net"))]
    for name in (open_one["name"], late["name"]):
        assert f"http://test.ckan.net/dataset/{name}" in listed
    assert not [address for address in listed if "bu-gong-kai" in address]
    assert "Sitemap: http://test.ckan.net/sitemap.xml" in app.get("/robots.txt").body
    described = html.fromstring(app.get("/").body).xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(described[0])["@type"] == "DataCatalog"


def test_the_workbench_shows_a_department_its_own(app: Any, create: Act, call: Act, departments: dict) -> None:
    officer = factories.UserWithToken()
    call("organization_member_create", id="wlt", username=officer["name"], role="editor")
    mine = create(title_translated={"zh": "逾期的数据"}, nx_update_cycle="1")
    create(title_translated={"zh": "别人的数据"}, nx_update_cycle="1", owner_org=departments["tjj"]["id"])
    assert app.get("/workbench").status_code == 403
    page = html.fromstring(app.get("/workbench", headers={"Authorization": officer["token"]}).body)
    late = page.xpath("//section[@aria-labelledby='nx-late']//a/@href")
    assert late == [f"/dataset/resources/{mine['name']}"]
    assert "逾期的数据" in page.xpath("string(//section[@aria-labelledby='nx-problems'])"), "it has no files"
    assert "别人的数据" not in page.text_content()


def test_who_leaves_in_the_middle_leaves_no_half_file(tmp_path: Path) -> None:
    def make() -> Iterator[bytes]:
        yield b"one"
        yield b"two"

    begun = cached_file(tmp_path, "a.csv", "tag", make)
    assert next(begun) == b"one"
    begun.close()  # pyright: ignore[reportAttributeAccessIssue]  a generator
    assert list(tmp_path.iterdir()) == []
    assert b"".join(cached_file(tmp_path, "a.csv", "tag", make)) == b"onetwo"
    (tmp_path / "a.csv.tag").write_bytes(b"kept")
    assert b"".join(cached_file(tmp_path, "a.csv", "tag", make)) == b"kept"
    assert b"".join(cached_file(tmp_path, "a.csv", "new", make)) == b"onetwo"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv.new"]


def test_the_first_readers_find_all_actions_and_rights(ckan_config: Any) -> None:
    authz.clear_auth_functions_cache()
    logic.clear_actions_cache()
    make_app(ckan_config)
    # What CKAN would fill while it answers the first reader, and others meanwhile find half full.
    assert "nx_search_find" in logic._actions
    assert "nx_search_find" in authz._AuthFunctions._functions


def test_readers_who_come_first_and_together_find_whole_style_sheets(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a new machine: no file is made yet.
    monkeypatch.setattr(warmup, "_ready", [])
    bundles = webassets_tools.env
    monkeypatch.setattr(bundles, "directory", str(tmp_path))
    for bundle in bundles:
        bundle.config["auto_build"] = True
    begin = threading.Barrier(8)

    def read(number: int) -> int:
        with app.flask_app.test_client() as client:
            begin.wait()
            return client.get(("/", "/dataset/")[number % 2]).status_code

    with ThreadPoolExecutor(8) as readers:
        assert list(readers.map(read, range(8))) == [200] * 8
    made = next(tmp_path.glob("nxopendata/*reader.css")).read_bytes()
    app.get("/")
    assert [path.read_bytes() for path in tmp_path.glob("nxopendata/*reader.css")] == [made]
    for bundle in bundles:  # they are to be made in the folder of the other tests too
        bundle.config["auto_build"] = True
