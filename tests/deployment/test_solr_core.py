"""The search core, asked through CKAN's own query code on the real server."""

from collections.abc import Callable, Iterator
from typing import Any

import pysolr
import pytest
import requests

TITLES = {
    "police": "公安厅数据集12",
    "scenic": "宁夏A级旅游景区名录",
    "air": "空气质量PM2.5监测日报",
    "yearbook": "2023年统计年鉴",
    "rock-art": "賀蘭山岩畫遊客統計",
    "library": "Library opening hours",
    "poverty": "脱贫县退出名单",
    "roads": "OpenStreetMap road_network-2022",
}
NOTES = {"police": "户籍人口", "scenic": "全区５Ａ级景区", "yearbook": "Annual statistics of municipalities"}
TAGS = {"scenic": ["旅游"], "poverty": ["乡村振兴"]}
Search = Callable[..., list[str]]


def document(name: str, **fields: Any) -> dict[str, Any]:
    """A dataset as CKAN's indexer sends it, with the fields these tests look at."""
    title = TITLES.get(name, name)
    return {
        "index_id": f"solr-core-{name}",
        "id": name,
        "name": name,
        "site_id": "solr-core-test",
        "entity_type": "package",
        "dataset_type": "dataset",
        "state": "active",
        "capacity": "public",
        "permission_labels": ["public"],
        "title": title,
        "title_string": title,
        "notes": NOTES.get(name, ""),
        "tags": TAGS.get(name, []),
        "data_dict": "{}",
        "validated_data_dict": "{}",
        **fields,
    }


@pytest.fixture
def core(ckan_config: dict[str, Any]) -> Iterator[pysolr.Solr]:
    """The core, with nothing of these tests in it before and after."""
    client = pysolr.Solr(ckan_config["solr_url"], timeout=20)
    client.delete(q='site_id:"solr-core-test"', commit=True)
    yield client
    client.delete(q='site_id:"solr-core-test"', commit=True)


@pytest.fixture
def search(core: pysolr.Solr, ckan_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Search:
    """The names found for a query, best first, asked as ``package_search`` asks."""
    from ckan import model
    from ckan.lib.search import query_for

    monkeypatch.setitem(ckan_config, "ckan.site_id", "solr-core-test")
    core.add([document(name) for name in TITLES], commit=True)

    def names(q: str, **query: Any) -> list[str]:
        return query_for(model.Package).run({"q": q, "rows": 50, **query})["results"]

    return names


class TestCkanAcceptsTheCore:
    def test_the_schema_has_the_name_ckan_looks_for(self, ckan_config: dict[str, Any]) -> None:
        from ckan.lib.search import check_solr_schema_version

        assert check_solr_schema_version() is True

    def test_the_health_check_answers(self, ckan_config: dict[str, Any]) -> None:
        answer = requests.get(ckan_config["solr_url"] + "/admin/ping", timeout=10)
        assert answer.json()["status"] == "OK"

    def test_no_request_may_change_the_configuration(self, ckan_config: dict[str, Any]) -> None:
        change = {"set-property": {"updateHandler.autoCommit.maxTime": 1}}
        answer = requests.post(ckan_config["solr_url"] + "/config", json=change, timeout=10)
        assert answer.status_code == 403

    def test_no_request_may_change_the_schema(self, ckan_config: dict[str, Any]) -> None:
        change = {"add-field": {"name": "intruder", "type": "string"}}
        answer = requests.post(ckan_config["solr_url"] + "/schema", json=change, timeout=10)
        assert answer.status_code == 400

    def test_no_core_is_made_outside_the_home(self, ckan_config: dict[str, Any]) -> None:
        url = ckan_config["solr_url"].rsplit("/", 1)[0] + "/admin/cores"
        answer = requests.get(url, params={"action": "CREATE", "name": "x", "instanceDir": "/etc"}, timeout=10)
        assert answer.status_code == 400


class TestChineseIsFound:
    @pytest.mark.parametrize("q", ["公安", "公安厅", "数据集", "公安厅 数据集", "公安 户籍", "厅", "集12", "公安廳"])
    def test_by_a_part_of_the_title(self, search: Search, q: str) -> None:
        assert search(q)[0] == "police"

    @pytest.mark.parametrize("q", ["贺兰山", "賀蘭山", "岩画", "游客统计"])
    def test_in_simplified_or_traditional_characters(self, search: Search, q: str) -> None:
        assert search(q)[0] == "rock-art"

    @pytest.mark.parametrize("q", ["A级", "5A", "５Ａ", "宁夏旅游景区", "宁夏有哪些旅游景区"])
    def test_with_letters_digits_and_whole_sentences(self, search: Search, q: str) -> None:
        assert search(q)[0] == "scenic"

    @pytest.mark.parametrize("q", ["乡村振兴", "tags:乡村振兴", "title:脱贫", 'title:"退出名单"'])
    def test_by_a_tag_and_by_a_field(self, search: Search, q: str) -> None:
        assert search(q) == ["poverty"]

    def test_a_quoted_phrase_keeps_its_order(self, search: Search) -> None:
        assert search('"旅游景区"') == ["scenic"]
        assert search('"景区旅游"') == []

    def test_what_is_not_there_is_not_found(self, search: Search) -> None:
        assert search("渔业") == []

    def test_every_word_must_be_there(self, search: Search) -> None:
        assert search("公安 贺兰山") == []

    def test_a_title_that_holds_the_query_comes_before_one_that_holds_its_parts(
        self, core: pysolr.Solr, search: Search
    ) -> None:
        core.add([document("parts", title="景区内的旅游设施与游景"), document("whole", title="旅游景区")], commit=True)
        assert search("旅游景区")[0] == "whole"


class TestLatinIsFound:
    @pytest.mark.parametrize("q", ["PM2.5", "pm2.5", "pm25", "PM", "ＰＭ２．５"])
    def test_a_name_of_letters_and_digits(self, search: Search, q: str) -> None:
        assert search(q) == ["air"]

    @pytest.mark.parametrize("q", ["library", "Libraries", "LIBRARY hour"])
    def test_english_words_by_their_stem(self, search: Search, q: str) -> None:
        assert search(q) == ["library"]

    @pytest.mark.parametrize("q", ["openstreetmap", "street map", "road network", "road-network"])
    def test_joined_words(self, search: Search, q: str) -> None:
        assert search(q) == ["roads"]

    def test_a_year(self, search: Search) -> None:
        assert search("2023年") == ["yearbook"]
        assert search("2023") == ["yearbook"]


class TestFields:
    def test_titles_sort_by_pinyin_after_digits(self, search: Search) -> None:
        found = search("*:*", sort="title_string asc")
        assert found == ["yearbook", "police", "rock-art", "air", "scenic", "poverty", "library", "roads"]

    def test_own_fields_hold_several_exact_values_to_count(self, core: pysolr.Solr, search: Search) -> None:
        core.add([document("a", nx_theme=["1", "2"]), document("b", nx_theme=["2"])], commit=True)
        assert sorted(search("nx_theme:2")) == ["a", "b"]
        answer = core.search(
            'site_id:"solr-core-test"', rows=0, **{"facet": "true", "facet.field": "nx_theme", "facet.mincount": 1}
        )
        assert answer.facets["facet_fields"]["nx_theme"] == ["2", 2, "1", 1]

    def test_dates_are_dates(self, core: pysolr.Solr, search: Search) -> None:
        core.add([document("dated", nx_publish_date="2026-05-01T00:00:00Z")], commit=True)
        assert search("*:*", fq="nx_publish_date:[2026-04-30T00:00:00Z TO 2026-05-02T00:00:00Z]") == ["dated"]

    def test_information_items_and_translations_are_searched(self, core: pysolr.Solr, search: Search) -> None:
        core.add(
            [document("items", nx_items=["统一社会信用代码", "法定代表人"], title_translated=["企业", "Enterprises"])],
            commit=True,
        )
        assert search("信用代码") == ["items"]
        assert search("enterprise") == ["items"]

    def test_a_very_long_exact_value_does_not_keep_a_dataset_out(self, core: pysolr.Solr, search: Search) -> None:
        core.add([document("long", some_extra="很" * 20_000, data_dict="长" * 20_000)], commit=True)
        found = core.search('name:"long"', fl="name,data_dict")
        assert len(found.docs[0]["data_dict"]) == 20_000

    def test_values_kept_for_counting_are_not_returned(self, core: pysolr.Solr, search: Search) -> None:
        document = core.search('name:"police"', fl="*").docs[0]
        assert "permission_labels" not in document
        assert "_version_" not in document
        assert document["title"] == "公安厅数据集12"

    def test_a_write_is_found_within_seconds_without_a_commit(self, core: pysolr.Solr, search: Search) -> None:
        import time

        core.add([document("late")], commit=False)
        deadline = time.monotonic() + 10
        while not (found := search("name:late")) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert found == ["late"]
