"""What readers get: pages in both languages, previews, bulk files, and what a page costs."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib import app_globals
from ckan.lib.helpers import helper_functions
from ckan.tests import factories
from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ckanext.nxopendata.core import caching

from ..caches import finish_settling
from ..statements import statements
from ..tables.conftest import work
from .conftest import workbook_bytes

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def text_of(page: Any) -> str:
    return " ".join(html.fromstring(page.body).xpath("string(//body)").split())


def tree(app: Any, url: str, **options: Any) -> Any:
    return html.fromstring(app.get(url, **options).body)


class TestHome:
    def test_figures_count_what_is_public(self, app: Any, scenic: dict, create: Act, departments: dict) -> None:
        create(title_translated={"zh": "不公开的数据"}, private=True)
        figures = tree(app, "/").xpath("//dl[@class='nx-figures']/div")
        shown = [(one.xpath("string(dt)"), one.xpath("string(dd)")) for one in figures]
        assert [number for _, number in shown[:3]] == ["1", "1", "2"]

    def test_private_titles_do_not_appear(self, app: Any, create: Act) -> None:
        create(title_translated={"zh": "不公开的数据"}, private=True)
        assert "不公开的数据" not in app.get("/").body

    def test_themes_link_to_their_datasets(self, app: Any, scenic: dict) -> None:
        links = tree(app, "/").xpath("//ul[@class='nx-themes']//a/@href")
        assert sorted(links) == ["/dataset/?nx_theme=18", "/dataset/?nx_theme=nx-tourism"]

    def test_hot_words_come_from_the_configuration(
        self, app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(ckan_config, "ckanext.nxopendata.portal.hot_words", ["人口", "脱贫"])
        assert tree(app, "/").xpath("//p[@class='nx-hot']/a/text()") == ["人口", "脱贫"]

    def test_a_tag_of_nearly_everything_is_no_hot_word(self, app: Any, create: Act) -> None:
        for number, tag in enumerate(("人口", "人口", "旅游", "旅游", "交通")):
            create(title_translated={"zh": f"数据集{number}"}, tags=[{"name": "演示数据"}, {"name": tag}])
        words = tree(app, "/").xpath("//p[@class='nx-hot']/a/text()")
        assert set(words) == {"人口", "旅游", "交通"}

    def test_themes_without_data_are_folded_away(self, app: Any, scenic: dict) -> None:
        page = tree(app, "/")
        assert len(page.xpath("//details//ul[@class='nx-themes']//span[@class='nx-theme-empty']")) > 10
        assert not page.xpath("//details//ul[@class='nx-themes']//a")

    def test_logo_and_colours_are_the_operators(
        self, app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(ckan_config, "ckanext.nxopendata.portal.accent", "#8a1538")
        monkeypatch.setitem(ckan_config, "ckan.site_logo", "/logo-of-the-office.svg")
        monkeypatch.setattr(app_globals.app_globals, "site_logo", "/logo-of-the-office.svg", raising=False)
        page = tree(app, "/")
        (colours,) = page.xpath("//link[@rel='stylesheet'][contains(@href, 'nx-colours.css')]/@href")
        assert "--nx-accent:#8a1538" in app.get(colours).body
        assert page.xpath("//img[@class='nx-brand-mark']/@src") == ["/logo-of-the-office.svg"]

    def test_english_speaks_english(self, app: Any, scenic: dict) -> None:
        page = tree(app, "/en/")
        assert page.get("lang") == "en"
        assert "5A scenic areas of Ningxia" in page.text_content()
        assert "Department of Culture and Tourism" in page.text_content()


class TestSearch:
    def test_facets_carry_labels_not_codes(self, app: Any, scenic: dict) -> None:
        labels = tree(app, "/dataset/").xpath("//div[@class='nx-fold']//li/a/span[2]/text()")
        assert {"文化旅游", "自治区文化和旅游厅", "银川市", "每年", "CSV"} <= set(labels)
        assert not {"nx-tourism", "640100", "wlt", "6"} & set(labels)

    def test_a_chosen_value_can_be_given_up(self, app: Any, scenic: dict) -> None:
        chosen = tree(app, "/dataset/?nx_theme=18&q=景区").xpath("//ul[@class='nx-chosen']//a/@href")
        assert len(chosen) == 1
        assert "nx_theme" not in chosen[0]
        assert "q=" in chosen[0]

    def test_nothing_found_offers_ways_on(self, app: Any, scenic: dict) -> None:
        links = tree(app, "/dataset/?q=qwertyuiop").xpath("//div[@class='nx-nothing']//a/@href")
        assert "/dataset/" in links

    def test_pages_are_linked_within_the_search(self, app: Any, create: Act) -> None:
        for number in range(21):
            create(title_translated={"zh": f"人口统计{number}"})
        page = tree(app, "/dataset/?q=人口")
        assert page.xpath("//nav[@class='nx-pager']//a[@rel='next']/@href") == ["?q=%E4%BA%BA%E5%8F%A3&page=2"]

    def test_what_a_reader_types_is_escaped(self, app: Any) -> None:
        body = app.get("/dataset/?q=<script>alert(1)</script>").body
        assert "<script>alert(1)" not in body


class TestDataset:
    def test_metadata_reads_as_labels(self, app: Any, scenic: dict) -> None:
        facts = tree(app, f"/dataset/{scenic['name']}").xpath("//dl[@class='nx-facts']/div")
        shown = {one.xpath("string(dt)"): one.xpath("string(dd)").strip() for one in facts}
        assert shown["更新周期"] == "每年"
        assert shown["所属行政区划"] == "银川市"
        assert all(shown.values())

    def test_both_titles_are_shown(self, app: Any, scenic: dict) -> None:
        page = tree(app, f"/dataset/{scenic['name']}")
        assert page.xpath("string(//h1)").strip() == "宁夏5A级旅游景区名录"
        assert page.xpath("string(//p[@class='nx-head-other'][@lang='en'])") == "5A scenic areas of Ningxia"

    def test_files_are_one_click_away(self, app: Any, scenic: dict) -> None:
        page = tree(app, f"/dataset/{scenic['name']}")
        links = page.xpath("//ul[@class='nx-files']//a[@download]/@href")
        assert len(links) == 2
        assert all("/download/" in link for link in links)

    def test_a_loaded_file_says_how_many_rows_and_in_which_encoding(
        self, app: Any, scenic: dict, upload: Callable[..., dict[str, Any]]
    ) -> None:
        upload(scenic, "酒店名录.xlsx", workbook_bytes())  # the workbook of scenic stands beside its CSV file
        work()
        caching.invalidate()
        facts = tree(app, f"/dataset/{scenic['name']}").xpath("//p[@class='nx-file-facts']")
        assert {"CSV", "2 行", "GB18030"} <= {text.strip() for text in facts[0].xpath("span/text()")}
        assert "1 行" in {text.strip() for text in facts[1].xpath("span/text()")}

    def test_openness_and_licence_are_seen_at_a_glance(self, app: Any, scenic: dict) -> None:
        badges = tree(app, f"/dataset/{scenic['name']}").xpath("//p[@class='nx-badges']/*")
        texts = [badge.text_content().strip() for badge in badges]
        assert {"无条件开放", "知识共享 署名 4.0 国际（CC BY 4.0）"} <= set(texts)

    def test_data_items_are_a_table_with_headers(self, app: Any, scenic: dict) -> None:
        table = tree(app, f"/dataset/{scenic['name']}").xpath("//section[@aria-labelledby='nx-items']//table")[0]
        assert table.xpath("string(.//tbody/tr[1]/th)") == "景区名称"
        assert "字符型" in table.xpath(".//tbody/tr[1]/td/text()")

    def test_markup_in_a_title_is_shown_not_run(self, app: Any, create: Act) -> None:
        name = create(title_translated={"zh": "<b onclick=x>景区</b>"})["name"]
        assert "<b onclick" not in app.get(f"/dataset/{name}").body

    def test_the_rdf_forms_are_announced(self, app: Any, scenic: dict) -> None:
        kinds = tree(app, f"/dataset/{scenic['name']}").xpath("//link[@rel='alternate']/@type")
        assert "text/turtle" in kinds


class TestPreview:
    def test_gb18030_is_shown_as_chinese(self, app: Any, scenic: dict) -> None:
        page = tree(app, f"/dataset/{scenic['name']}/resource/{scenic['csv']['id']}")
        table = page.xpath("//table[contains(@class, 'nx-table-data')]")[0]
        assert table.xpath(".//thead//th/text()") == ["景区名称", "等级", "行政区划代码"]
        assert table.xpath(".//tbody/tr[1]/td/text()") == ["沙湖旅游景区", "5A", "640221"]
        assert "GB18030" in page.text_content()

    def test_the_title_of_a_worksheet_stands_above_its_table(self, app: Any, scenic: dict) -> None:
        page = tree(app, f"/dataset/{scenic['name']}/resource/{scenic['xlsx']['id']}")
        assert page.xpath("//p[@class='nx-sheet-note']/text()") == ["宁夏5A级旅游景区名录", "单位：家"]

    def test_a_file_elsewhere_is_not_fetched(self, app: Any, call: Act, scenic: dict) -> None:
        elsewhere = call(
            "resource_create", package_id=scenic["id"], url="http://192.0.2.1/a.csv", name="外部文件", format="CSV"
        )
        page = tree(app, f"/dataset/{scenic['name']}/resource/{elsewhere['id']}")
        assert not page.xpath("//table[contains(@class, 'nx-table-data')]")

    def test_conditional_data_is_not_shown_before_an_agreement(self, app: Any, create: Act, upload: Act) -> None:
        dataset = create(nx_open_condition="签订协议后开放", license_id="nx-conditional-1.0")
        file = upload(dataset, "名录.csv", "名称\n不可预览的内容\n".encode())
        page = app.get(f"/dataset/{dataset['name']}/resource/{file['id']}")
        assert "不可预览的内容" not in page.body


class TestDepartments:
    def test_the_list_shows_titles_and_numbers(self, app: Any, scenic: dict) -> None:
        assert "Department of Culture and Tourism" in text_of(app.get("/en/organization/"))

    def test_a_department_lists_its_datasets(self, app: Any, scenic: dict) -> None:
        assert tree(app, "/organization/wlt").xpath("//h3/a/@href") == [f"/dataset/{scenic['name']}"]
        assert tree(app, "/organization/wlt").xpath("//h3/a/text()") == ["宁夏5A级旅游景区名录"]


class TestBulk:
    def test_csv_opens_in_excel_and_reads_as_labels(self, app: Any, scenic: dict) -> None:
        answer = app.get("/bulk/catalogue.csv")
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        row = dict(zip([cell.partition(" ")[0] for cell in rows[0]], rows[1], strict=True))
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert (row["title_zh"], row["nx_region"], row["files"]) == ("宁夏5A级旅游景区名录", "银川市", "2")

    def test_no_cell_runs_as_a_formula(self, app: Any, create: Act) -> None:
        create(title_translated={"zh": "=HYPERLINK(1)"}, name="formula")
        rows = list(csv.reader(io.StringIO(app.get("/bulk/catalogue.csv").data.decode("utf-8-sig"))))
        assert rows[1][2] == "'=HYPERLINK(1)"

    def test_json_lines_hold_every_public_dataset_once(self, app: Any, create: Act) -> None:
        names = {create(title_translated={"zh": f"数据{n}"})["name"] for n in range(3)}
        create(title_translated={"zh": "不公开"}, private=True)
        lines = [json.loads(line) for line in app.get("/bulk/catalogue.jsonl").data.splitlines()]
        assert {line["name"] for line in lines} == names

    def test_an_administrator_gets_the_public_file_too(self, app: Any, create: Act) -> None:
        create(title_translated={"zh": "不公开"}, private=True)
        token = factories.SysadminWithToken()["token"]
        assert app.get("/bulk/catalogue.jsonl", headers={"Authorization": token}).data == b""

    def test_unchanged_is_not_sent_again(self, app: Any, scenic: dict, call: Act) -> None:
        tag = app.get("/bulk/catalogue.csv").headers["ETag"]
        assert app.get("/bulk/catalogue.csv", headers={"If-None-Match": tag}).status_code == 304
        call("package_patch", id=scenic["id"], nx_contact_name="新联系人")
        assert app.get("/bulk/catalogue.csv", headers={"If-None-Match": tag}).status_code == 200

    def test_one_goes_and_one_comes_is_a_change_too(self, app: Any, create: Act, call: Act) -> None:
        """The moment a dataset was written does not move when it turns public."""
        old, new = (
            create(title_translated={"zh": "先公开的"}),
            create(title_translated={"zh": "后公开的"}, private=True),
        )
        kinds = ("csv", "jsonl", "nt")
        tags = {kind: app.get(f"/bulk/catalogue.{kind}").headers["ETag"] for kind in kinds}
        call("package_patch", id=old["id"], private=True)
        call("package_patch", id=new["id"], private=False, metadata_modified=new["metadata_modified"])
        for kind in kinds:
            answer = app.get(f"/bulk/catalogue.{kind}", headers={"If-None-Match": tags[kind]})
            assert answer.status_code == 200
            assert new["id"] in answer.get_data(as_text=True)
            assert old["id"] not in answer.get_data(as_text=True)


class TestFeed:
    def test_a_search_is_a_feed_that_is_sent_only_when_it_changed(self, app: Any, scenic: dict, call: Act) -> None:
        url = "/dataset.atom?q=景区"
        first = app.get(url)
        feed = etree.fromstring(first.data)
        atom = {"a": "http://www.w3.org/2005/Atom"}
        assert feed.xpath("string(a:entry/a:title)", namespaces=atom) == "宁夏5A级旅游景区名录"
        assert feed.xpath("a:updated/text() = a:entry/a:updated/text()", namespaces=atom)
        assert feed.xpath("string(a:link[@rel='self']/@href)", namespaces=atom).endswith("?q=%E6%99%AF%E5%8C%BA")
        known = {"If-None-Match": first.headers["ETag"]}
        assert app.get(url, headers=known).status_code == 304
        call("package_patch", id=scenic["id"], title_translated={"zh": "宁夏5A级旅游景区新名录"})
        finish_settling()
        assert app.get(url, headers=known).status_code == 200


class TestDevelopers:
    def test_every_question_on_the_page_is_answered(self, app: Any, scenic: dict) -> None:
        page = tree(app, "/developers")
        links = page.xpath("//p[@class='nx-code-run']/a/@href | //div[@class='nx-scroll']//td/a/@href")
        assert len(links) > 10
        for link in links:
            assert app.get(link.removeprefix(tk.config["ckan.site_url"])).status_code == 200

    def test_limits_are_those_of_the_site(self, app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(ckan_config, "ckan.search.rows_max", 777)
        caching.invalidate()
        cells = tree(app, "/developers").xpath("//section//td/text() | //table//td/text()")
        assert any("777" in cell for cell in cells)


class TestOtherPages:
    @pytest.mark.parametrize("name", ["help", "terms", "privacy", "accessibility", "about", "developers", "statistics"])
    @pytest.mark.parametrize("prefix", ["", "/en"])
    def test_they_exist_in_both_languages(self, app: Any, name: str, prefix: str) -> None:
        assert tree(app, f"{prefix}/{name}").xpath("//h1")

    def test_statistics_are_a_table_too(self, app: Any, scenic: dict) -> None:
        rows = list(csv.reader(io.StringIO(app.get("/statistics/nx_theme.csv").data.decode("utf-8-sig"))))
        assert ["文化旅游", "1"] in rows

    def test_an_unknown_page_helps_on(self, app: Any) -> None:
        page = html.fromstring(app.get("/no-such-page", status=404).body)
        assert page.xpath("//form[@role='search']")

    def test_the_search_of_the_browser_is_described(self, app: Any) -> None:
        assert b"{searchTerms}" in app.get("/opensearch.xml").data

    def test_the_language_switch_keeps_the_page(self, app: Any, scenic: dict) -> None:
        links = tree(app, "/dataset/?q=景区&sort=title_string+asc").xpath("//header//a[@hreflang='en']/@href")
        assert links[0].startswith("/en/dataset/?")
        assert "sort=title_string" in links[0]

    @pytest.mark.parametrize("url", ["/", "/dataset/", "/organization/", "/about", "/user/login"])
    def test_nothing_of_the_stock_site_is_left(self, app: Any, url: str) -> None:
        body = app.get(url).body
        assert not [
            word for word in ("ckan-logo", "420x220", "Powered by", "placeholder-", "docs.ckan.org") if word in body
        ]

    def test_pages_of_groups_and_of_the_register_have_the_look_of_the_site(
        self, app: Any, scenic: dict, call: Act
    ) -> None:
        titles = {"zh": "人口专题", "en": "Population"}
        call("group_create", name="renkou", title_translated=titles, description_translated={"zh": "人口普查。"})
        call("member_create", id="renkou", object=scenic["id"], object_type="package", capacity="public")
        for url in ("/group/", "/group/renkou", "/en/group/renkou", "/group/about/renkou", "/register/"):
            page = tree(app, url)
            assert len(page.xpath("//main")) == len(page.xpath("//h1")) == 1, url
            assert len(page.xpath("//nav[contains(@class, 'nx-trail')]")) == 1, url
            assets = page.xpath("//script/@src | //link[@rel='stylesheet']/@href")
            assert not [one for one in assets if "bootstrap" in one or "jquery" in one], url
        assert "Scenic" in (shown := tree(app, "/en/group/renkou").text_content()) or "scenic" in shown

    def test_each_page_describes_itself_once(self, app: Any, scenic: dict) -> None:
        said = set()
        for url in (
            "/",
            "/help",
            "/en/help",
            f"/dataset/{scenic['name']}",
            f"/organization/{scenic['organization']['name']}",
        ):
            page = tree(app, url)
            (description,) = page.xpath("//meta[@name='description']/@content")
            assert len(page.xpath("//meta[@property='og:title']")) == 1, url
            assert len(page.xpath("//meta[@property='og:description']")) == 1, url
            assert page.xpath("//link[@rel='canonical']") and page.xpath("//link[@hreflang='en']"), url
            said.add(description)
        assert len(said) == 5

    def test_a_text_in_chinese_alone_says_so_on_an_english_page(self, app: Any, scenic: dict) -> None:
        page = tree(app, f"/en/dataset/{scenic['name']}")
        (cell,) = page.xpath("//section[@aria-labelledby='nx-items']//th[@scope='row'][1]/span[@lang='zh-Hans']")[:1]
        assert cell.text_content()
        assert not tree(app, f"/dataset/{scenic['name']}").xpath("//th[@scope='row']/span[@lang]")


class TestCost:
    """Searches and database queries a page makes, however much there is."""

    @pytest.fixture
    def cost(self, app: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, int]]:
        from pysolr import Solr

        def count(url: str, *, kept: bool = False) -> tuple[int, int]:
            finish_settling()
            for _ in range(2):  # kept from the second time on
                app.get(url)
            if not kept:
                caching.invalidate()
            searches: list[str] = []
            send = Solr.search
            monkeypatch.setattr(Solr, "search", lambda *a, **k: searches.append("") or send(*a, **k))

            try:
                with statements() as queries:
                    app.get(url)
            finally:
                monkeypatch.undo()
            return len(searches), len(queries)

        return count

    @pytest.mark.parametrize(
        ("url", "searches", "queries"),
        [
            ("/", 4, 12),
            ("/dataset/", 1, 3),
            ("/dataset/?q=景区&nx_is_open=1", 1, 3),
            ("/dataset/first", 2, 20),
            ("/statistics", 4, 12),
        ],
    )
    def test_more_datasets_cost_no_more(self, cost: Act, create: Act, url: str, searches: int, queries: int) -> None:
        create(name="first")
        few = cost(url)
        for number in range(8):
            create(title_translated={"zh": f"数据集{number}"})
        assert cost(url) == few
        assert few[0] <= searches
        assert few[1] <= queries

    def test_pages_asked_again_search_nothing(self, cost: Act, create: Act) -> None:
        create(name="first")
        for url in ("/", "/dataset/?q=景区", "/dataset/first", "/statistics"):
            searches, queries = cost(url, kept=True)
            assert searches == 0
            assert queries <= 1  # once a minute, what was counted is stored


class TestErrors:
    def test_stock_sentences_in_english_are_left_out(self, app: Any) -> None:
        assert "The requested URL" not in app.get("/no-such-page", status=404).body

    def test_a_page_that_breaks_keeps_its_styles(self, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """It fails after it asked for its styles."""
        monkeypatch.setitem(app.flask_app.config, "PROPAGATE_EXCEPTIONS", False)
        monkeypatch.setitem(helper_functions, "nx_codelist_choices", lambda field: 1 / 0)
        page = html.fromstring(app.get("/site-map", status=500).body)
        assert page.xpath("//link[@rel='stylesheet'][contains(@href, 'reader')]")

    def test_what_ckan_says_of_the_case_is_kept(self, app: Any) -> None:
        assert "数据集" in text_of(app.get("/dataset/no-such-dataset", status=404))
