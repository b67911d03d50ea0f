"""Further catalogues that are written in their own way: each value is read as it is meant, or told."""

from __future__ import annotations

import json

import pytest

from ckanext.nxopendata.harvest import formats

from .reading import read_bytes
from .test_hostile_catalogues import URL, D, pod, read, ttl

CKAN = formats.entry_url(formats.get_format("ckan"), "https://ckan.example")
FEED = "https://portal.example/api/3/action/nx_changes_list?limit=100"


def told(result, field):
    return [(p.code, p.params.get("values") or p.params.get("value")) for p in result.problems if p.field == field]


def ckan(**fields):
    dataset = {"id": "1", "name": "a", "title": "甲", "notes": "说明", "resources": []} | fields
    answer = {"success": True, "result": {"count": 1, "results": [dataset]}}
    return read_bytes(json.dumps(answer).encode(), CKAN, "application/json", form="ckan")


class TestRdf:
    def test_a_language_tag_of_several_parts_with_underscores(self):
        result = read(ttl('; dct:abstract "水質"@zh_Hant_TW', ""), "dcat", "text/turtle")
        assert len(result.datasets) == 2
        assert [p.params["value"] for p in result.problems if p.code == "value_mended"] == ["@zh_Hant_TW"]

    def test_an_address_that_several_statements_repeat_is_told_once(self):
        body = ttl("; dcat:distribution <https://dept.example/a b>")
        body += '<https://dept.example/a b> a dcat:Distribution ; dct:title "一" ; dct:description "二" .'
        result = read(body, "dcat", "text/turtle")
        assert [p.position for p in result.problems if p.code == "value_mended"] == [f"{URL}#line=3", f"{URL}#line=4"]

    def test_a_huge_number_in_json_ld_keeps_its_digits(self):
        context = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
        entry = {"@type": "dcat:Dataset", "dct:title": "甲", "dct:identifier": 12345678901234567890123}
        body = json.dumps({"@context": context, "@graph": [entry]})
        assert list(read(body, "dcat", "application/ld+json").datasets) == ["12345678901234567890123"]

    def test_why_a_piece_is_broken_names_no_line_of_the_piece(self):
        lines = "".join(f'<{D}1> <http://purl.org/dc/terms/{name}> "x" .\n' for name in ("title", "description"))
        kind = f"<{D}1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .\n"
        result = read(kind + lines + "this is no triple\n", "dcat", "application/n-triples")
        (problem,) = [problem for problem in result.problems if problem.code == "record_broken"]
        assert problem.params["line"] == 4
        assert "line" not in problem.params["reason"]

    def test_rights_of_access_that_do_not_say_public_are_no_read_value(self):
        from ckanext.nxopendata.harvest.mapping import tables
        from ckanext.nxopendata.harvest.mapping.unused import UsedNames, find_unused

        used = UsedNames.of(tables.load("dcat"))
        rights = "http://publications.europa.eu/resource/authority/access-right/"
        for value, names in (("RESTRICTED", ["dct:accessRights"]), ("PUBLIC", [])):
            assert list(find_unused(used, {"dct:accessRights": [{"@id": rights + value}]})) == names


class TestJson:
    def test_records_beside_each_other_that_are_both_broken_are_mended(self):
        body = "// made by hand\n" + pod({"keyword": ["人口"]}, {"description": "C:data"}, {})
        body = body.replace("]}, {", "],}, {").replace("C:", "C:\\")
        result = read(body, "datajson", "application/json")
        assert result.datasets.keys() == {f"{D}1", f"{D}2", f"{D}3"}
        assert "records_unreadable" in result.completeness.issues
        assert [p.position for p in result.problems if p.code == "value_mended"] == [f"{URL}#line=2"] * 2

    def test_an_entry_is_named_by_its_place_in_the_list(self):
        entries = [{"identifier": "a", "title": "甲", "description": "说明"}, None, {}]
        body = json.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": entries})
        result = read(body, "datajson", "application/json")
        assert [p.params["number"] for p in result.problems if p.code == "entry_empty"] == [2, 3]

    def test_a_member_of_a_series_is_known_by_its_address_too(self):
        entry = {"@id": f"{D}1", "identifier": [{"notation": "X-1"}], "title": "甲", "description": "说明"}
        series = [{"title": "系列", "seriesMember": [{"@id": f"{D}1"}, {"@id": f"{D}ghost"}]}]
        body = json.dumps({"conformsTo": "dcat-us", "dataset": [entry], "datasetSeries": series})
        result = read(body, "datajson", "application/json")
        assert [p.params["name"] for p in result.problems if p.code == "listed_not_described"] == [f"{D}ghost"]

    def test_true_is_no_title(self):
        result = read(pod({"title": True}, {}), "datajson", "application/json")
        assert (result.refused, list(result.datasets)) == ([f"{D}1"], [f"{D}2"])

    def test_a_number_with_a_point_is_an_identifier(self):
        assert list(read(pod({"identifier": 1.5}), "datajson", "application/json").datasets) == ["1.5"]

    @pytest.mark.parametrize(
        ("written", "size"), [("1,234", 1234), ("1,234,567 bytes", 1234567), ("12,5", None), ("12.5 MB", 13107200)]
    )
    def test_a_comma_parts_thousands_only(self, written, size):
        result = read(pod({"distribution": [{"downloadURL": f"{D}1.csv", "byteSize": written}]}), "datajson")
        assert result.datasets[f"{D}1"]["resources"][0].get("size") == size
        assert told(result, "size") == ([] if size else [("value_unreadable", written)])


class TestSites:
    def test_lists_that_are_json_in_the_extras_of_ckan(self):
        theme = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
        extras = [{"key": "theme", "value": json.dumps([theme])}, {"key": "language", "value": '["zho", "eng"]'}]
        dataset = ckan(extras=extras).datasets["1"]
        assert (dataset["nx_theme"], dataset["nx_language"]) == (["2"], ["zh", "en"])

    def test_the_second_email_of_an_author_is_told(self):
        result = ckan(author="李四", author_email="li@b.cn, wang@b.cn")
        assert result.datasets["1"]["nx_contact_email"] == "li@b.cn"
        assert told(result, "nx_contact_email") == [("values_unused", "wang@b.cn")]

    def test_an_email_in_place_of_a_maintainer_is_the_email(self):
        result = ckan(maintainer="data@b.cn")
        assert result.datasets["1"]["nx_contact_email"] == "data@b.cn"
        assert told(result, "nx_contact_name") == []

    def test_a_change_without_its_dataset_withdraws_nothing(self):
        changes = [{"id": "1", "kind": "changed", "dataset": None}, {"id": "2", "kind": "withdrawn", "dataset": None}]
        answer = {"success": True, "result": {"changes": changes, "cursor": "1", "more": False}}
        result = read_bytes(json.dumps(answer).encode(), FEED, "application/json", form="nxopendata")
        assert [p.guid for p in result.problems if p.code == "field_missing"] == ["1", "2"]  # the reader knows no kinds
        from ckanext.nxopendata.harvest.formats.nxopendata import FORMAT

        assert [FORMAT._record(change, FEED).withdrawn for change in changes] == [False, True]


class TestWorkbook:
    HEADER = "信息资源代码,信息资源名称,信息资源摘要,联系人,联系电话,在线链接\n"

    def read(self, row):
        return read_bytes((self.HEADER + row).encode(), "https://dept.example/c.csv", "text/csv")

    def test_a_name_for_a_telephone_number_is_told(self):
        result = self.read("214001/1,甲,说明,0951-5049999,张三,\n")
        assert told(result, "nx_contact_phone") == [("value_unreadable", "张三")]
        assert told(result, "nx_contact_name") == [("value_unreadable", "0951-5049999")]

    def test_an_address_in_a_sentence_and_two_in_a_line(self):
        result = self.read("214001/1,甲,说明,,,下载 https://x.cn/a.csv；https://x.cn/b.csv\n")
        assert result.files("214001/1") == ["https://x.cn/a.csv", "https://x.cn/b.csv"]

    def test_a_path_of_somebodys_disk_is_told_as_it_is_written(self):
        result = self.read("214001/1,甲,说明,,,D:\\数据\\a.csv\n")
        assert [p.params["url"] for p in result.problems if p.code == "address_unusable"] == ["D:\\数据\\a.csv"]

    def test_two_addresses_in_one_value_are_two(self):
        both = "https://x.cn/a.csv https://x.cn/b.csv"
        result = read(pod({"distribution": [{"downloadURL": both}]}), "datajson", "application/json")
        (file,) = result.datasets[f"{D}1"]["resources"]
        assert (file["url"], file["nx_file_name"]) == ("https://x.cn/a.csv", "a.csv")
        assert told(result, "url") == [("values_unused", "https://x.cn/b.csv")]


@pytest.mark.parametrize(
    ("licences", "is_told"),
    [
        (["https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by-nc/4.0/"], True),
        (["https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"], False),
        (["https://creativecommons.org/licenses/by/4.0/"], False),
    ],
)
def test_a_licence_taken_from_files_that_name_several_is_told(licences, is_told):
    files = [
        {"title": f"表{n}", "downloadURL": f"https://dept.example/{n}.csv", "license": one}
        for n, one in enumerate(licences)
    ]
    record = {"identifier": "1", "title": "景区名录", "accessLevel": "public", "distribution": files}
    body = json.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [record]}).encode()
    result = read_bytes(body, "https://dept.example/data.json", "application/json")
    assert result.datasets["1"]["nx_license_verbatim"] == licences[0]
    assert ("licence_of_files" in result.codes("1")) is is_told
    assert [file["license"] for file in result.datasets["1"]["resources"]] == licences
