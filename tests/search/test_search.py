"""Searches as people type them, on a real Solr, through CKAN's own package_search."""

from collections.abc import Callable
from typing import Any

import pytest

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture(autouse=True)
def switched_on(with_plugins: None) -> None:
    from ckan.plugins import plugin_loaded

    assert plugin_loaded("nxopendata_search"), "nxopendata_search belongs into ckan.plugins of test.ini"


@pytest.fixture
def titles(call: Act, catalogue: list) -> Callable[[str], list[str]]:
    return lambda q: [dataset["title"] for dataset in call("package_search", q=q)["results"]]


class TestFinding:
    @pytest.mark.parametrize(
        "query", ["lvyou", "lv you", "LVYOU", "lyjq", "旅遊", "ｌｖｙｏｕ", "旅游景点", "scenic", "5A"]
    )
    def test_scenic_areas_are_found_first(self, titles: Act, query: str) -> None:
        assert titles(query)[0] == "宁夏5A级旅游景区名录"

    def test_todays_word_finds_yesterdays_and_back(self, titles: Act) -> None:
        assert titles("扶贫") == ["自治区贫困县退出名单"]
        assert titles("雾霾") == ["城市空气质量日报"]

    def test_an_old_name_of_the_department_finds_its_datasets(self, titles: Act) -> None:
        assert len(titles("旅发委")) == 4

    def test_the_syntax_of_ckan_still_works(self, titles: Act) -> None:
        assert titles("tags:人口") == ["银川市常住人口统计"]
        assert titles('"常住人口"') == ["银川市常住人口统计"]
        assert "银川市常住人口统计" not in titles("自治区 -人口")
        assert set(titles("人口 OR 空气质量")) == {"银川市常住人口统计", "城市空气质量日报"}
        assert titles("(人口 OR 空气质量) -城市") == ["银川市常住人口统计"]
        assert titles("人口 AND 空气质量") == []

    def test_a_mixed_word_is_one_word(self, titles: Act) -> None:
        assert titles("PM2.5") == []  # and not what has a 5 somewhere

    def test_weights_of_the_caller_are_kept(self, call: Act, catalogue: list) -> None:
        assert call("package_search", q="lvyou", qf="notes")["count"] == 0


class TestSuggesting:
    @pytest.mark.parametrize("typed", ["旅", "旅游", "wenhua", "whly", "tourism"])
    def test_a_theme_is_offered(self, call: Act, catalogue: list, typed: str) -> None:
        offered = call("nx_search_suggest", q=typed)
        assert ("theme", "文化旅游") in [(one["kind"], one["zh"]) for one in offered]

    def test_datasets_are_offered_by_pinyin(self, call: Act, catalogue: list) -> None:
        offered = call("nx_search_suggest", q="kongqi")
        assert [one["path"] for one in offered if one["kind"] == "dataset"] == [f"/dataset/{catalogue[3]['name']}"]

    def test_what_is_half_typed_finds_what_begins_so(self, call: Act, catalogue: list) -> None:
        for typed in ("kongq", "Daily a", "城市空"):
            offered = call("nx_search_suggest", q=typed)
            assert [one["zh"] for one in offered if one["kind"] == "dataset"][:1] == ["城市空气质量日报"], typed

    def test_a_department_is_offered_by_its_short_name(self, call: Act, catalogue: list) -> None:
        for typed in ("文旅厅", "wlt", "Culture"):
            offered = call("nx_search_suggest", q=typed)
            assert ("organization", "自治区文化和旅游厅") in [(one["kind"], one["zh"]) for one in offered], typed

    @pytest.mark.parametrize("typed", ['"', "旅游(", "a:b", "", "  ", "*:*", "a* b*", "OR", "not x", "\\", "title:x~2"])
    def test_half_typed_signs_do_no_harm(self, call: Act, catalogue: list, typed: str) -> None:
        assert isinstance(call("nx_search_suggest", q=typed), list)

    def test_private_datasets_are_not_betrayed(self, call: Act, catalogue: list) -> None:
        call("package_patch", id=catalogue[3]["id"], private=True)
        assert not [one for one in call("nx_search_suggest", q="空气质量") if one["kind"] == "dataset"]


class TestCorrecting:
    def test_a_mistyped_word_is_mended(self, call: Act, catalogue: list) -> None:
        better = call("nx_search_correct", q="旅游景去")
        assert better["q"] == "旅游景区"
        assert better["count"] >= 1

    def test_what_would_find_nothing_either_is_not_offered(self, call: Act, catalogue: list) -> None:
        assert call("nx_search_correct", q="量子力学") == {"q": "", "count": 0}

    def test_what_finds_something_is_mended_only_where_its_characters_stand_nowhere(
        self, call: Act, catalogue: list
    ) -> None:
        assert call("nx_search_correct", q="银川市常驻人口", found=3)["q"] == "银川市常住人口"
        assert call("nx_search_correct", q="旅有", found=3)["q"] == "旅游"
        assert call("nx_search_correct", q="名录", found=1)["q"] == ""  # in no vocabulary, but in a title

    def test_the_page_offers_it(self, app: Any, catalogue: list) -> None:
        from lxml import html

        page = html.fromstring(app.get("/dataset/?q=欢竟").body)
        assert page.xpath("//p[@class='nx-meant']/a/text()") == ["环境"]
        page = html.fromstring(app.get("/dataset/?q=常驻人口").body)
        assert page.xpath("//ul[@class='nx-items']/li")
        assert page.xpath("//p[@class='nx-meant']/a/text()") == ["常住人口"]
