"""What a visitor of the demonstration site gets: Chinese pages, the API, DCAT, files with their names."""

import csv
import io
import re
from urllib.parse import unquote

import pytest
import rdflib
import requests
from rdflib.namespace import DCAT, RDF

TIMEOUT = 30


class TestPages:
    @pytest.mark.parametrize("path", ["/", "/dataset/", "/organization/"])
    def test_a_page_is_chinese(self, site: str, path: str) -> None:
        page = requests.get(site + path, timeout=TIMEOUT)
        assert page.status_code == 200
        assert re.search(r'<html[^>]*lang="zh', page.text)
        assert "数据集" in page.text

    def test_the_list_shows_harvested_titles(self, site: str, found: list[dict]) -> None:
        page = requests.get(f"{site}/dataset/", timeout=TIMEOUT).text
        assert sum(dataset["title"] in page for dataset in found) >= 10

    def test_every_dataset_has_a_page_in_both_languages(self, site: str, found: list[dict]) -> None:
        for dataset in found[:5]:
            chinese = requests.get(f"{site}/dataset/{dataset['name']}", timeout=TIMEOUT)
            english = requests.get(f"{site}/en/dataset/{dataset['name']}", timeout=TIMEOUT)
            assert dataset["title_translated"]["zh"] in chinese.text
            assert dataset["title_translated"]["en"] in english.text

    def test_a_missing_page_says_so_in_chinese(self, site: str) -> None:
        page = requests.get(f"{site}/dataset/mei-you", timeout=TIMEOUT)
        assert page.status_code == 404
        assert re.search(r"<h1[^>]*>\s*页面不存在\s*</h1>", page.text)


class TestApi:
    def test_all_datasets_of_the_four_catalogues_are_public(self, harvested: list[dict]) -> None:
        assert len(harvested) == 39

    def test_four_departments_publish(self, harvested: list[dict]) -> None:
        assert len({dataset["owner_org"] for dataset in harvested}) == 4

    def test_addresses_are_readable(self, found: list[dict]) -> None:
        for dataset in found:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", dataset["name"]), dataset["name"]

    def test_each_names_its_source_and_says_it_is_a_demonstration(self, harvested: list[dict]) -> None:
        for dataset in harvested:
            assert "演示数据" in dataset["notes"] + " ".join(tag["name"] for tag in dataset["tags"]), dataset["name"]
            assert "来源" in dataset["notes"], dataset["name"]

    @pytest.mark.parametrize("words", ["景区", "人口", "脱贫", "行政区划"])
    def test_chinese_words_are_found(self, site: str, words: str) -> None:
        answer = requests.get(f"{site}/api/3/action/package_search", {"q": words}, timeout=TIMEOUT).json()
        assert answer["result"]["count"] >= 1


class TestDcat:
    def test_the_catalogue_holds_every_dataset(self, site: str, found: list[dict]) -> None:
        subjects = set()
        page = 1
        while True:
            answer = requests.get(f"{site}/catalog.ttl", {"page": page}, timeout=TIMEOUT)
            graph = rdflib.Graph().parse(data=answer.text, format="turtle")
            new = set(graph.subjects(RDF.type, DCAT.Dataset)) - subjects
            if not new:
                break
            subjects |= new
            page += 1
        assert len(subjects) == len(found)


class TestFiles:
    @pytest.fixture(scope="class")
    def resource(self, found: list[dict]) -> dict:
        resources = [resource for dataset in found for resource in dataset["resources"]]
        return next(resource for resource in resources if resource["format"].upper() == "CSV")

    def test_a_csv_downloads_under_its_chinese_name(self, resource: dict) -> None:
        answer = requests.get(resource["url"], timeout=TIMEOUT)
        answer.raise_for_status()
        name = unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2].partition(";")[0])
        assert re.fullmatch(r".*[\u4e00-\u9fff].*\.csv", name)

    def test_its_rows_are_readable(self, resource: dict) -> None:
        content = requests.get(resource["url"], timeout=TIMEOUT).content
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) > 1
        assert re.search(r"[\u4e00-\u9fff]", "".join(rows[0]))

    def test_the_portal_serves_it_by_itself(self, site: str, resource: dict) -> None:
        assert resource["url"].startswith(site)
