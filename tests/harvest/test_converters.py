"""Every converter says what it did not use: each value of a record is in the field, or in a finding."""

from __future__ import annotations

import json

import pytest

from ckanext.nxopendata.harvest.mapping import mapper, tables
from ckanext.nxopendata.harvest.mapping.converters import CONVERTERS, convert
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule, Surroundings

TWO_AND_NONE = {
    "text": ("第一个", "第二个", None),
    "localised": ("第一个", "第二个", None),
    "paragraphs": ("第一段", "第二段", None),
    "licence": ("CC BY 4.0", "按原文使用", None),
    "tags": ("人口", "经济", "口"),
    "list": ("甲一", "乙二", None),
    "code": ("1", "2", "三百"),
    "class": ("214", "101", "不是类"),
    "codes": ("1", "2", "三百"),
    "cycle": ("P1Y", "R/P1D", "有空就更新"),
    "date": ("2024-05-31", "2023-01-01", "去年秋天"),
    "period": ("2024", "2023-05", "去年秋天"),
    "period_start": ("2020/2021", "2018/2019", "去年秋天"),
    "period_end": ("2020/2021", "2018/2019", "去年秋天"),
    "url": ("https://a.example/1", "https://b.example/2", "javascript:alert(1)"),
    "email": ("a@dept.example", "b@dept.example", "没有邮箱"),
    "phone": ("0951-1", "0951-2", "没有电话"),
    "person": ("张三", "李四", "0951-1"),
    "size": ("10", "20 KB", "很大"),
    "format": ("CSV", "XLSX", "见网页"),
    "media_type": ("text/csv", "application/json", "表格"),
    "digits": ("214001/1", "214001/2", None),
    "condition": ("须申请", "须签协议", None),
    "region": ("银川市", "固原市", "月球"),
}
"""Two values that a kind understands, and one that it does not; None where it takes any text."""

LISTS = {"code": "share_type", "class": "class", "codes": "theme", "cycle": "update_cycle"}

DERIVED = {"file_name", "own_file_name", "suffix", "protocol"}
"""Made of an address or a name that another field keeps whole: there is nothing to lose."""

PAIRED = {"tags_by_language"}
"""Objects of two languages; see the test of their own."""


def rule(kind):
    return Rule(sources=("x",), kind=kind, codelist=LISTS.get(kind, ""))


def read(kind, values):
    """The value of a field, and all that was said of it."""
    problems = []
    report = FieldReport(
        problems, "x", Surroundings("https://dept.example/c.json", read_licence={"CC BY 4.0": "cc"}.get)
    )
    value = convert(list(values), rule(kind), report)
    told = [*report.left, *report.rejected, *(str(text) for problem in problems for text in problem.params.values())]
    return value, told


def texts(value):
    """The texts that a value is made of."""
    if isinstance(value, dict):
        value = list(value.values())
    return [text for item in value for text in texts(item)] if isinstance(value, list) else [str(value)]


def test_every_kind_is_looked_at():
    assert TWO_AND_NONE.keys() | DERIVED | PAIRED == CONVERTERS.keys()


@pytest.mark.parametrize("kind", TWO_AND_NONE)
def test_of_several_values_each_is_in_the_field_or_told(kind):
    first, second, bad = TWO_AND_NONE[kind]
    for values in ((first, second), (second, first), *(((first, bad), (bad, first), (bad,)) if bad else ())):
        alone = {value: read(kind, [value])[0] for value in values}
        taken, told = read(kind, values)
        written = json.dumps(taken, ensure_ascii=False)
        for value in values:
            own = alone[value]
            used = own is not None and all(json.dumps(text, ensure_ascii=False)[1:-1] in written for text in texts(own))
            parts = value.split("/") if kind.startswith("period_") else [value]
            shown = any(part in text for part in parts for text in told) or str(own) in told
            assert used or shown, (kind, values, taken, told)


def test_keywords_in_two_languages_that_do_not_pair_are_told():
    value, told = read("tags_by_language", [{"zh": ["人口", "经济"], "en": ["population"]}])
    assert value is None
    assert told == ["population"]


@pytest.mark.parametrize(
    "name", ["ckan", "datajson", "dcat", "gbt21063", "iso19139", "nxopendata", "portal", "workbook"]
)
def test_every_rule_of_every_mapping_goes_through_a_kind_that_was_looked_at(name):
    mapping = tables.load(name)
    rules = [*mapping.dataset.values(), *(own for part in mapping.parts.values() for own in part.fields.values())]
    assert rules
    assert {own.kind for own in rules} <= CONVERTERS.keys()


class TestShapes:
    @pytest.mark.parametrize(
        "shape",
        [
            "106.1,38.2,106.5,38.5",
            "POLYGON((106.1 38.2,106.5 38.2,106.5 38.5,106.1 38.5,106.1 38.2))",
            "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(106.3 38.45)",
            "ENVELOPE(106.1, 106.5, 38.5, 38.2)",
            "northlimit=38.5; southlimit=38.2; westlimit=106.1; eastlimit=106.5",
            '{"type": "Polygon", "coordinates": [[[106.1, 38.2], [106.5, 38.2], [106.5, 38.5], [106.1, 38.2]]]}',
            {"dcat:bbox": ["POLYGON((106.1 38.2,106.5 38.2,106.5 38.5,106.1 38.5,106.1 38.2))"]},
            {"bbox": [106.1, 38.2, 106.5, 38.5]},
            {
                "westBoundLongitude": "106.1",
                "eastBoundLongitude": "106.5",
                "southBoundLatitude": "38.2",
                "northBoundLatitude": "38.5",
            },
        ],
    )
    def test_a_shape_within_one_city_is_that_city_and_the_guess_is_told(self, shape):
        value, told = read("region", [shape])
        assert value == "640100"
        assert "银川市" in told

    def test_four_numbers_of_a_list_are_one_rectangle(self):
        assert read("region", [106.1, 38.2, 106.5, 38.5])[0] == "640100"

    def test_a_shape_in_several_cities_is_the_province(self):
        assert read("region", ["104.5,35.5,107.5,39.3"])[0] == "640000"

    @pytest.mark.parametrize("shape", ["73,3,136,54", "116,39,117,40", "106.5,38.5,106.1,38.2", "1,2,3", "{{extent}}"])
    def test_a_shape_elsewhere_or_none_is_told_and_no_region(self, shape):
        value, told = read("region", [shape])
        assert value is None
        assert shape in told

    def test_a_name_comes_before_a_shape(self):
        assert read("region", ["106.1,38.2,106.5,38.5", "固原市"])[0] == "640400"


class TestFormats:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            (".csv", "CSV"),
            ("CSV 文件", "CSV"),
            ("CSV (UTF-8)", "CSV"),
            ("ESRI Shapefile", "SHP"),
            ("Excel (.xlsx)", "XLSX"),
            ("OGC:WMS", "WMS"),
            ("tar.gz", "TGZ"),
            ("数据接口", "API"),
            ("application/json;charset=utf-8", "JSON"),
            ("http://publications.europa.eu/resource/authority/file-type/RDF_TURTLE", "TTL"),
            ("https://www.iana.org/assignments/media-types/text/csv", "CSV"),
            ({"@id": "https://dept.example/f/1", "rdfs:label": ["GeoJSON"]}, "GeoJSON"),
        ],
    )
    def test_a_format_in_many_spellings(self, written, name):
        assert read("format", [written]) == (name, [])

    @pytest.mark.parametrize(
        "written",
        [
            {"@id": "https://ogc.example.org"},
            {"@id": "https://csv.example.org/"},
            "https://ogc.example.org",
            "see https page",
            "www.example.org",
            "点击下载",
            "http://www.iana.org/assignments/media-types/application/vnd.unknown",
        ],
    )
    def test_a_host_or_a_sentence_is_no_format_and_is_told(self, written):
        value, told = read("format", [written])
        assert value is None
        assert told == [written["@id"] if isinstance(written, dict) else written]

    @pytest.mark.parametrize("written", ["其他", "OTHER", "application/octet-stream", "-"])
    def test_what_says_nothing_is_not_told(self, written):
        assert read("format", [written]) == (None, [])

    def test_of_several_in_one_text_the_others_are_told(self):
        assert read("format", ["CSV/JSON、XML"]) == ("CSV", ["JSON", "XML"])

    def test_what_our_own_export_says_is_kept(self):
        raw = {"dct:title": ["甲"], "dcat:distribution": [{"nx:format": ["三维模型"], "dct:title": ["模型"]}]}
        file = mapper.map_record(tables.load("dcat"), "1", raw).dataset["resources"][0]
        assert file["format"] == "三维模型"


class TestCycles:
    @pytest.mark.parametrize(
        ("written", "code", "is_told"),
        [
            ("每两周", "4", True),
            ("R/P2W", "4", True),
            ("R/P3Y", "9", True),
            ("PT6H", "1", True),
            ("http://publications.europa.eu/resource/authority/frequency/TRIENNIAL", "9", True),
            ("http://publications.europa.eu/resource/authority/frequency/ANNUAL", "6", False),
            ("每月", "4", False),
            ("R/P1M", "4", False),
            ("P31D", "4", False),
            ("R/P0.5Y", "7", False),
            ("R/P7D", "3", False),
            ("不定期", "9", False),
        ],
    )
    def test_a_cycle_that_the_list_does_not_have_becomes_a_neighbour_and_is_told(self, written, code, is_told):
        value, told = read("cycle", [written])
        assert value == code
        assert bool(told) is is_told
        assert not is_told or written.rpartition("/")[2] in told[0]
