"""The demo data: made anew they are the same, what they say of themselves is true, and their sums agree."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from urllib.parse import unquote

import openpyxl
import pytest
from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, Namespace, URIRef

DCAT = Namespace("http://www.w3.org/ns/dcat#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
NX = Namespace("https://data.nx.example/ns/catalogue#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
BASE = "http://server.example/"

RDF_DATASETS = {"wlt/catalog.rdf": 9, "xczx/catalog.ttl": 8, "yinchuan/catalog.jsonld": 7}
WORKBOOK_DATASETS = 15


def rows_of(path):
    """A CSV file in whatever encoding it has, as a list of dictionaries."""
    body = path.read_bytes()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030")
    return list(csv.DictReader(text.splitlines()))


def graph_of(folder, path):
    """The catalogue at ``path`` with all its Hydra pages, read from the address it has on the server."""
    graph, page, seen = Graph(), path, set()
    while page:
        assert page not in seen, "the pages run in a circle"
        seen.add(page)
        found = Graph().parse(folder / page, publicID=BASE + page)
        graph += found
        following = found.value(URIRef(BASE + page), HYDRA.next)
        page = str(following).removeprefix(BASE) if following else None
    return graph


@pytest.fixture(scope="module", params=sorted(RDF_DATASETS))
def catalogue(request, folder):
    return request.param, graph_of(folder, request.param)


@pytest.fixture(scope="module")
def workbook(folder):
    """The rows of the catalogue workbook below its header, merged cells filled, by heading."""
    page = openpyxl.load_workbook(folder / "tjj" / "catalogue.xlsx").worksheets[0]
    for area in list(page.merged_cells.ranges):
        value = page.cell(area.min_row, area.min_col).value
        page.unmerge_cells(str(area))
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                page.cell(row, column, value)
    headings = [cell.value for cell in page[4]]
    return [dict(zip(headings, row, strict=True)) for row in page.iter_rows(min_row=5, values_only=True)]


class TestBuild:
    @pytest.mark.parametrize("seed", ["1", "2"])
    def test_building_anew_gives_the_committed_files_byte_for_byte(self, folder, tmp_path, seed):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, str(folder / "build.py"), "--out", str(tmp_path)]
        subprocess.run(command, check=True, env=environment, capture_output=True)
        made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        kept = {
            path.relative_to(folder): path.read_bytes()
            for name in ("sources.json", "tjj", "wlt", "xczx", "yinchuan")
            for path in [folder / name, *(folder / name).rglob("*")]
            if path.is_file()
        }
        assert sorted(made) == sorted(kept)
        assert [str(path) for path in made if made[path] != kept[path]] == []

    def test_building_again_touches_no_file_and_removes_what_is_no_longer_made(self, folder, tmp_path):
        command = [sys.executable, "-B", str(folder / "build.py"), "--out", str(tmp_path)]
        subprocess.run(command, check=True, capture_output=True)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
        stale = tmp_path / "wlt" / "data" / "旧文件.csv"
        stale.write_text("旧", encoding="utf-8")
        subprocess.run(command, check=True, capture_output=True)
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


class TestSources:
    def test_there_are_four_and_their_catalogues_exist(self, folder, sources):
        assert [source["path"].partition("/")[0] for source in sources] == ["tjj", "wlt", "xczx", "yinchuan"]
        assert all((folder / source["path"]).is_file() for source in sources)

    def test_codes_of_organisations_have_the_right_check_characters(self, sources):
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        for source in sources:
            code = source["organization"]["nx_uscc"]
            # GB 11714: the ninth character of the body code; GB 32100-2015: the eighteenth of the whole
            body = sum(int(c, 36) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
            assert code[16] == {10: "X", 11: "0"}.get(11 - body % 11, str(11 - body % 11))
            total = sum(alphabet.index(c) * 3**i for i, c in enumerate(code[:17]))
            assert code[17] == alphabet[(31 - total % 31) % 31]
            assert code[8:14] == "MB0000", "the body codes are the reserved demo ones"


class TestRdfCatalogues:
    def test_holds_all_datasets_each_with_files(self, catalogue):
        path, graph = catalogue
        datasets = set(graph.subjects(RDF.type, DCAT.Dataset))
        assert len(datasets) == RDF_DATASETS[path]
        assert datasets == set(graph.objects(None, DCAT.dataset))
        assert all(list(graph.objects(dataset, DCAT.distribution)) for dataset in datasets)

    def test_every_dataset_is_named_in_two_languages_and_marked_as_demo_data(self, catalogue):
        _, graph = catalogue
        for dataset in graph.subjects(RDF.type, DCAT.Dataset):
            for predicate in (DCTERMS.title, DCTERMS.description):
                assert {text.language for text in graph.objects(dataset, predicate)} == {"zh", "en"}
            notes = next(t for t in graph.objects(dataset, DCTERMS.description) if t.language == "zh")
            assert notes.startswith("【演示数据】")
            assert "数据来源：" in notes
            assert "核验情况：" in notes
            assert Literal("演示数据", "zh") in set(graph.objects(dataset, DCAT.keyword))

    def test_every_file_has_the_stated_size_and_digest(self, catalogue, folder):
        _, graph = catalogue
        for distribution in graph.subjects(RDF.type, DCAT.Distribution):
            address = str(graph.value(distribution, DCAT.downloadURL))
            assert address.startswith(BASE)
            body = (folder / unquote(address.removeprefix(BASE))).read_bytes()
            assert int(graph.value(distribution, DCAT.byteSize)) == len(body)
            checksum = graph.value(distribution, SPDX.checksum)
            assert str(graph.value(checksum, SPDX.checksumValue)).lower() == hashlib.sha256(body).hexdigest()

    def test_every_file_in_the_folder_belongs_to_a_dataset(self, catalogue, folder):
        path, graph = catalogue
        named = {unquote(str(url)).rpartition("/")[2] for url in graph.objects(None, DCAT.downloadURL)}
        assert named == {file.name for file in (folder / path).parent.joinpath("data").iterdir()}

    def test_information_items_are_complete_and_in_order(self, catalogue):
        _, graph = catalogue
        for dataset in graph.subjects(RDF.type, DCAT.Dataset):
            items = list(graph.objects(dataset, NX.item))
            assert sorted(int(graph.value(item, NX.itemOrder)) for item in items) == list(range(1, len(items) + 1))
            for predicate in (NX.itemName, NX.itemNameEn, NX.itemType, NX.itemLength):
                assert all(graph.value(item, predicate) for item in items)

    def test_themes_carry_code_and_name(self, catalogue):
        _, graph = catalogue
        themes = set(graph.objects(None, DCAT.theme))
        assert themes
        assert all(graph.value(theme, SKOS.notation) and graph.value(theme, SKOS.prefLabel) for theme in themes)

    def test_hydra_pages_declare_the_total(self, folder):
        graph = graph_of(folder, "xczx/catalog.ttl")
        pages = set(graph.subjects(RDF.type, HYDRA.PartialCollectionView))
        assert len(pages) == 3
        assert {int(total) for total in graph.objects(None, HYDRA.totalItems)} == {RDF_DATASETS["xczx/catalog.ttl"]}
        assert {str(last) for last in graph.objects(None, HYDRA.last)} == {f"{BASE}xczx/catalog-3.ttl"}


class TestConditions:
    def test_one_dataset_is_shared_and_another_opened_on_conditions(self, folder):
        shared, opened = [], []
        for path in RDF_DATASETS:
            graph = graph_of(folder, path)
            shared += [s for s in graph.subjects(NX.shareType, Literal("2")) if graph.value(s, NX.shareCondition)]
            opened += [s for s in graph.subjects(NX.openCondition, None) if graph.value(s, NX.isOpen)]
        assert [str(name).rpartition("/")[2] for name in shared] == ["wlt-tourism-indicators"]
        assert [str(name).rpartition("/")[2] for name in opened] == [
            "wlt-tourism-indicators",
            "yinchuan-county-centres",
        ]


class TestWorkbook:
    def test_rows_of_one_resource_share_its_code(self, workbook):
        titles = {}
        for row in workbook:
            titles.setdefault(row["信息资源代码"], set()).add(row["信息资源名称"])
        assert len(titles) == WORKBOOK_DATASETS
        assert all(len(names) == 1 for names in titles.values())

    def test_every_row_has_an_information_item(self, workbook):
        assert all(row["信息项名称"] and row["数据类型"] and row["数据长度"] for row in workbook)

    def test_related_codes_stand_in_the_same_workbook(self, workbook):
        codes = {row["信息资源代码"] for row in workbook}
        related = {code for row in workbook for code in (row["关联资源代码"] or "").split("、") if code}
        assert related
        assert related <= codes

    def test_every_link_is_a_file_of_the_folder_and_every_file_is_linked(self, workbook, folder):
        links = {link for row in workbook for link in row["在线链接"].split("\n")}
        assert links == {f"data/{file.name}" for file in (folder / "tjj" / "data").iterdir()}


class TestFiles:
    def test_the_promised_encodings_are_there(self, folder):
        found = set()
        for path in folder.glob("*/data/*.csv"):
            body = path.read_bytes()
            try:
                body.decode("utf-8")
            except UnicodeDecodeError:
                found.add("gb18030")
                body.decode("gb18030")
            else:
                found.add("utf-8-sig" if body.startswith(b"\xef\xbb\xbf") else "utf-8")
        assert found == {"gb18030", "utf-8", "utf-8-sig"}

    def test_worksheets_have_merged_title_and_unit_lines(self, folder):
        book = openpyxl.load_workbook(folder / "tjj" / "data" / "宁夏第七次全国人口普查分县（市、区）常住人口.xlsx")
        page = book.worksheets[0]
        assert {"A1:F1", "A2:F2"} <= {str(area) for area in page.merged_cells.ranges}
        assert page["A2"].value == "单位：人、%"

    def test_points_lie_in_ningxia(self, folder):
        for path in folder.glob("*/data/*.geojson"):
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            assert features
            for feature in features:
                longitude, latitude = feature["geometry"]["coordinates"]
                assert 104.2 < longitude < 107.7
                assert 35.2 < latitude < 39.4


class TestSums:
    def test_counties_add_up_to_the_cities_and_cities_to_the_region(self, folder):
        facts = {row["code"]: row for row in rows_of(folder / "facts" / "divisions.csv")}
        for code, row in facts.items():
            below = [int(other["population_2020"]) for other in facts.values() if other["parent"] == code]
            if below:
                assert sum(below) == int(row["population_2020"]), row["name"]

    def test_published_counties_add_up_to_the_published_cities(self, folder):
        data = folder / "tjj" / "data"
        counties = rows_of(data / "宁夏第七次全国人口普查分县（市、区）常住人口.csv")
        for city in rows_of(data / "宁夏第七次全国人口普查五市常住人口及比重.csv"):
            parts = [int(row["常住人口"]) for row in counties if row["地级市"] == city["地级市"]]
            assert len(parts) == int(city["县级行政区数"])
            assert sum(parts) == int(city["常住人口"])

    def test_the_total_line_of_the_worksheet_is_the_region(self, folder):
        book = openpyxl.load_workbook(folder / "tjj" / "data" / "宁夏第七次全国人口普查分县（市、区）常住人口.xlsx")
        total = next(row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] == "合　计")
        assert total[3] == 7202654

    def test_sexes_and_ethnic_groups_add_up_to_the_region(self, folder):
        rows = rows_of(folder / "tjj" / "data" / "宁夏第七次全国人口普查人口构成主要数据.csv")
        values = {row["指标"]: int(row["数值"]) for row in rows}
        assert values["男"] + values["女"] == values["常住人口"]
        assert values["汉族"] + values["少数民族"] == values["常住人口"]

    def test_yinchuan_of_2010_is_the_sum_of_its_counties(self, folder):
        rows = rows_of(folder / "tjj" / "data" / "宁夏及银川市两次人口普查常住人口对比（2010—2020年）.csv")
        before = {row["地区"]: int(row["2010年常住人口"]) for row in rows}
        assert before.pop("宁夏回族自治区") == 6301350
        assert before.pop("银川市") == 1993088 == sum(before.values())

    def test_the_yearly_slices_hold_every_fact_once(self, folder):
        facts = rows_of(folder / "facts" / "population_year_end.csv")
        slices = [row for path in (folder / "tjj" / "data").glob("年末常住人口_*年.csv") for row in rows_of(path)]
        assert sorted((r["行政区划代码"], r["年份"], r["年末常住人口"]) for r in slices) == sorted(
            (r["code"], r["year"], r["population"]) for r in facts
        )
