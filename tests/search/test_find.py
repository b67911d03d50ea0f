"""Results as a list shows them, what stands inside datasets, and the result page in its forms; one set of datasets."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from lxml import html
from werkzeug.datastructures import FileStorage

DATASETS: tuple[dict[str, Any], ...] = (
    {
        "name": "scenic",
        "title_translated": {"zh": "宁夏5A级旅游景区名录", "en": "5A scenic areas of Ningxia"},
        "nx_theme": ["nx-tourism"],
        "nx_is_open": "1",
        "nx_temporal_start": "2021-01-01",
        "nx_temporal_end": "2023-12-31",
        "nx_items": [{"name": "景区等级", "name_en": "grade", "type": "C"}],
        "resources": [{"name": "接待能力说明", "url": "http://example.com/a.pdf", "format": "PDF"}],
    },
    {
        "name": "museums",
        "title_translated": {"zh": "博物馆信息", "en": "Museums"},
        "nx_theme": ["nx-tourism"],
        "nx_is_open": "1",
        "nx_open_condition": "签订协议后开放",
        "license_id": "nx-conditional-1.0",
    },
    {
        "name": "census",
        "title_translated": {"zh": "2020年人口普查公报"},
        "owner_org": "tjj",
        "nx_theme": ["18"],
        "nx_data_level": "1",
    },
    {"name": "secret", "title_translated": {"zh": "未公开的旅游计划"}, "private": True},
    {"name": "markup", "title_translated": {"zh": "<b>旅游</b>与交通"}, "owner_org": "tjj", "nx_is_open": "1"},
)
_made: list[bool] = []

pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture
def shelf(with_plugins: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """The datasets above, made once for this module."""
    if not _made:
        request.getfixturevalue("clean_db")
        request.getfixturevalue("clean_index")
        call = request.getfixturevalue("call")
        call("organization_create", name="wlt", title_translated={"zh": "自治区文化和旅游厅", "en": "Culture"})
        call("organization_create", name="tjj", title_translated={"zh": "自治区统计局"})
        for dataset in DATASETS:
            values = {"owner_org": "wlt", "license_id": "cc-by-4.0", "notes_translated": {"zh": "说明。"}}
            call("package_create", **(values | dataset))
        content = FileStorage(io.BytesIO("负责人姓名,藏品数量\n张三,12\n".encode("gb18030")), filename="馆藏.csv")
        call("resource_create", package_id="museums", url="馆藏.csv", name="馆藏", format="CSV", upload=content)
        _made.append(True)
    yield


@pytest.fixture
def find() -> Callable[..., dict[str, Any]]:
    from ckan.plugins import toolkit as tk

    return lambda **asked: tk.get_action("nx_search_find")({"user": "", "auth_user_obj": None}, asked)


def names(found: dict[str, Any]) -> list[str]:
    return [one["name"] for one in found["results"]]


def counts(found: dict[str, Any], field: str) -> dict[str, int]:
    return {one["name"]: one["count"] for one in found["facets"][field]}


class TestInside:
    @pytest.mark.parametrize(
        ("q", "name", "marked"),
        [
            ("景区等级", "scenic", "<mark>景区等级</mark>"),
            ("接待能力", "scenic", "<mark>接待能力</mark>说明"),
            ("藏品数量", "museums", "<mark>藏品数量</mark>"),
        ],
    )
    def test_items_files_and_columns_are_found_and_shown(self, find: Any, q: str, name: str, marked: str) -> None:
        found = find(q=q)["results"][0]
        assert found["name"] == name
        assert marked in found["marked"]["inside"]


class TestMarks:
    def test_what_matched_is_marked_and_all_else_escaped(self, find: Any) -> None:
        titles = {one["name"]: one["marked"]["title"].get("zh") for one in find(q="旅游")["results"]}
        assert titles["scenic"] == "宁夏5A级<mark>旅游</mark>景区名录"
        assert titles["markup"] == "&lt;b&gt;<mark>旅游</mark>&lt;/b&gt;与交通"

    def test_pinyin_marks_what_it_spells(self, find: Any) -> None:
        assert find(q="lvyoujingqu")["results"][0]["marked"]["title"]["zh"] == "宁夏5A级<mark>旅游景区</mark>名录"

    def test_english_marks_english(self, find: Any) -> None:
        assert find(q="museum")["results"][0]["marked"]["title"]["en"] == "<mark>Museums</mark>"


class TestFilters:
    def test_a_second_value_widens_and_its_neighbours_keep_their_counts(self, find: Any) -> None:
        one = find(filters={"nx_theme": "nx-tourism"})
        both = find(filters={"nx_theme": ["nx-tourism", "18"]})
        assert set(names(one)) == {"scenic", "museums"}
        assert set(names(both)) == {"scenic", "museums", "census"}
        assert counts(one, "nx_theme") == counts(both, "nx_theme") == {"nx-tourism": 2, "18": 1}
        assert counts(one, "organization") == {"wlt": 2}

    def test_values_of_two_fields_narrow(self, find: Any) -> None:
        assert names(find(filters={"nx_theme": ["nx-tourism", "18"], "organization": "tjj"})) == ["census"]

    def test_openness_years_and_level_are_counted(self, find: Any) -> None:
        found = find()
        assert counts(found, "nx_openness") == {"open": 2, "conditional": 1}
        assert {"2021", "2022", "2023", "2020"} <= set(counts(found, "nx_year"))
        assert counts(found, "nx_data_level") == {"1": 1}

    def test_a_value_cannot_leave_its_quotes(self, find: Any) -> None:
        assert names(find(filters={"organization": 'x") OR (name:"census'})) == []

    def test_what_is_not_public_is_neither_found_nor_counted(self, find: Any) -> None:
        assert "secret" not in names(find(q="旅游"))
        assert sum(counts(find(), "organization").values()) == 4


class TestUse:
    def test_views_are_sorted_by(self, find: Any) -> None:
        from ckanext.nxopendata.search.indexing import popularity

        ids = {one["name"]: one["id"] for one in find()["results"]}
        views = {ids["census"]: 12, ids["markup"]: 3, "00000000-0000-0000-0000-000000000000": 99}
        assert popularity.publish(views) == 2
        assert popularity.publish(views) == 0
        found = find(sort="views_total desc")
        assert names(found)[:2] == ["census", "markup"]
        assert found["count"] == 4
        assert found["results"][0]["title"] == "2020年人口普查公报"
        assert popularity.read_views(ids["census"]) == 12


def test_only_one_language_can_be_marked(find: Any) -> None:
    both, english = find(q="Ningxia OR 景区等级"), find(q="Ningxia OR 景区等级", language="en")
    marked = [found["results"][0]["marked"] for found in (both, english)]
    assert "<mark>Ningxia</mark>" in marked[0]["title"]["en"] and "<mark>" in marked[0]["title"]["zh"]
    assert marked[1]["title"] == {"en": marked[0]["title"]["en"]}
    assert marked[0]["inside"] == marked[1]["inside"] != []


@pytest.mark.parametrize("field", ["facets", "any"])
def test_neither_yes_nor_no_is_told_at_its_field(find: Any, field: str) -> None:
    from ckan.plugins import toolkit as tk

    with pytest.raises(tk.ValidationError) as told:
        find(q="旅游", **{field: "maybe"})
    assert list(told.value.error_dict) == [field]


def test_only_a_count_can_be_asked(find: Any) -> None:
    found = find(q="旅游", rows=0, facets=False)
    assert (found["count"], found["results"], found["facets"]) == (3, [], {})


class TestSyntax:
    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("name:census", {"census"}),
            ("title:旅游 AND organization:tjj", {"markup"}),
            ("title:人口普查 OR title:博物馆", {"census", "museums"}),
            ('"人口普查公报"', {"census"}),
            ("旅游 -交通", {"scenic", "museums"}),
            ("公报：人口普查", {"census"}),
        ],
    )
    def test_ckans_own_in_both_actions(self, find: Any, q: str, expected: set[str]) -> None:
        from ckan.plugins import toolkit as tk

        public = tk.get_action("package_search")({"user": "", "ignore_auth": False}, {"q": q})
        assert expected <= set(names(public))
        assert names(public)[0] in expected
        assert set(names(find(q=q))) == set(names(public))

    @pytest.mark.parametrize(
        "asked",
        [
            {"q": "title:("},
            {"q": '{!join from=id to=id}name:"secret"'},
            {"q": '_query_:"{!lucene}name:secret"'},
            {"sort": "password asc"},
            {"filters": {"{!x}": "y"}},
            {"filters": "no json"},
            {"start": 100_000},
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, find: Any, asked: dict[str, Any]) -> None:
        from ckan.plugins import toolkit as tk

        with pytest.raises(tk.ValidationError):
            find(**asked)


class TestPage:
    def tree(self, app: Any, url: str, **options: Any) -> Any:
        return html.fromstring(app.get(url, **options).body)

    def test_two_values_of_a_facet_are_both_chosen_and_can_be_given_up(self, app: Any) -> None:
        page = self.tree(app, "/dataset/?nx_theme=nx-tourism&nx_theme=18&q=")
        assert len(page.xpath("//ul[@class='nx-items']/li")) == 3
        chosen = page.xpath("//ul[@class='nx-chosen']//a/@href")
        assert sorted(chosen) == ["?nx_theme=18", "?nx_theme=nx-tourism"]

    def test_what_matched_is_marked(self, app: Any) -> None:
        page = self.tree(app, "/dataset/?q=景区等级")
        assert page.xpath("//h3//mark/text()")
        assert page.xpath("//p[@class='nx-item-inside']//mark/text()") == ["景区等级"]

    def test_a_broken_query_is_explained(self, app: Any) -> None:
        page = self.tree(app, "/dataset/?q=title:(", status=400)
        assert page.xpath("//p[@role='alert']")

    def test_nothing_found_says_what_less_would_find(self, app: Any) -> None:
        page = self.tree(app, "/dataset/?q=旅游&nx_theme=18")
        assert page.xpath("string(//div[@class='nx-nothing']//span[@class='nx-count'])") == "3"

    def test_every_form_of_a_search_has_the_same_address(self, app: Any) -> None:
        page = self.tree(app, "/dataset/?q=旅游&organization=wlt&page=1")
        links = page.xpath("//p[@class='nx-also']/a/@href")
        assert [link.partition("?")[0] for link in links[:4]] == [
            f"/dataset.{kind}" for kind in ("csv", "json", "atom", "rss")
        ]
        assert {link.partition("?")[2] for link in links[:4]} == {"q=%E6%97%85%E6%B8%B8&organization=wlt"}

    def test_csv_and_json_hold_what_was_found(self, app: Any) -> None:
        rows = list(csv.DictReader(io.StringIO(app.get("/dataset.csv?q=旅游").data.decode("utf-8-sig"))))
        assert {row["name 网址名"] for row in rows} == {"scenic", "markup", "museums"}
        found = json.loads(app.get("/dataset.json?nx_theme=nx-tourism&nx_theme=18").data)
        assert (found["count"], len(found["results"])) == (3, 3)

    def test_feeds_are_read_by_readers_of_feeds(self, app: Any) -> None:
        atom = ElementTree.fromstring(app.get("/en/dataset.atom?q=旅游").data)
        titles = {entry.findtext("{*}title") for entry in atom.iterfind("{*}entry")}
        assert titles == {"5A scenic areas of Ningxia", "Museums", "<b>旅游</b>与交通"}
        rss = ElementTree.fromstring(app.get("/dataset.rss?organization=tjj").data)
        assert len(rss.findall("channel/item")) == 2

    def test_the_browser_completes(self, app: Any) -> None:
        described = ElementTree.fromstring(app.get("/opensearch.xml").data)
        kinds = [url.get("type") for url in described.iterfind("{*}Url")]
        assert "application/x-suggestions+json" in kinds
        typed, completions, _, urls = json.loads(app.get("/opensearch/suggest?q=博物").data)
        assert (typed, completions[0]) == ("博物", "博物馆信息")
        assert urls[0].endswith("/dataset/museums")
