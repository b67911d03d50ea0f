"""Catalogues written after further public bug reports: what is mended, what is told, and that nothing else is lost."""

from __future__ import annotations

import json

import pytest

from .reading import read_bytes

D = "https://dept.example/dataset/"
URL = "https://dept.example/c"
RDF = (
    '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/" '
    'xmlns:foaf="http://xmlns.com/foaf/0.1/">\n'
)
TTL = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"


def rdf(*more):
    datasets = "".join(
        f'<dcat:Dataset rdf:about="{D}{n}"><dct:title xml:lang="zh">数据集{n}</dct:title>'
        f'<dct:description xml:lang="zh">说明</dct:description>{text}</dcat:Dataset>\n'
        for n, text in enumerate(more, 1)
    )
    return RDF + datasets


def ttl(*more):
    return TTL + "".join(
        f'<{D}{n}> a dcat:Dataset ; dct:title "数据集{n}"@zh ; dct:description "说明"@zh {text} .\n'
        for n, text in enumerate(more, 1)
    )


def pod(*entries):
    datasets = [
        {"identifier": f"{D}{n}", "title": f"数据集{n}", "description": "说明"} | e for n, e in enumerate(entries, 1)
    ]
    return json.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": datasets})


def read(body, form, media_type=""):
    return read_bytes(body if isinstance(body, bytes) else body.encode(), URL, media_type, form=form)


class TestXml:
    @pytest.mark.parametrize("name", ["6aad7017", "_:b16"])
    def test_a_node_whose_name_is_none_keeps_what_is_said_of_it(self, name):
        agent = f'<foaf:Agent rdf:nodeID="{name}"><foaf:name xml:lang="zh">水利厅</foaf:name></foaf:Agent></rdf:RDF>'
        result = read(rdf(f'<dct:publisher rdf:nodeID="{name}"/>', "") + agent, "dcat", "application/rdf+xml")
        assert result.datasets.keys() == {f"{D}1", f"{D}2"}
        assert result.datasets[f"{D}1"]["@provider"] == "水利厅"
        assert (result.codes(), result.completeness.issues) == (["value_mended"], [])

    @pytest.mark.parametrize(
        ("text", "read_as"),
        [("a&nbsp;b", "a\u00a0b"), ("a&eacute;b", "aéb"), ("a & b", "a & b"), ("a&nosuch;b", "a&nosuch;b")],
    )
    def test_entities_of_html_are_their_characters(self, text, read_as):
        version = f"<dcat:version>{text}</dcat:version>"
        result = read(rdf(version, "") + "</rdf:RDF>", "dcat", "application/rdf+xml")
        assert result.datasets.keys() == {f"{D}1", f"{D}2"}
        assert result.datasets[f"{D}1"]["version"] == read_as
        assert result.codes() == ["value_mended"]

    def test_a_prefix_that_everybody_knows_needs_no_declaration(self):
        contact = "<dcat:contactPoint><vcard:Kind><vcard:fn>张三</vcard:fn></vcard:Kind></dcat:contactPoint>"
        result = read(rdf(contact, "") + "</rdf:RDF>", "dcat", "application/rdf+xml")
        assert result.datasets.keys() == {f"{D}1", f"{D}2"}
        assert result.datasets[f"{D}1"]["nx_contact_name"] == "张三"
        assert result.codes() == ["value_mended"]

    def test_a_frequency_in_words_or_by_another_scheme(self):
        values = (
            "annuel",
            "https://publications.europa.eu/resource/authority/frequency/ANNUAL",
            "http://publications.europa.eu/resource/authority/frequency/annual",
        )
        body = rdf(*(f'<dct:accrualPeriodicity rdf:resource="{value}"/>' for value in values)) + "</rdf:RDF>"
        result = read(body, "dcat", "application/rdf+xml")
        assert [dataset["nx_update_cycle"] for dataset in result.datasets.values()] == ["6", "6", "6"]


class TestTurtle:
    def test_a_prefix_that_everybody_knows_needs_no_declaration(self):
        result = read(ttl("", "; foaf:page <https://x.example/>", ""), "dcat", "text/turtle")
        assert result.datasets.keys() == {f"{D}1", f"{D}2", f"{D}3"}
        assert result.datasets[f"{D}2"]["url"] == "https://x.example/"
        assert (result.codes(), result.completeness.issues) == (["value_mended"], [])

    @pytest.mark.parametrize(
        "text",
        [
            '; dcat:keyword "一" , "二""三"',
            "; dct:subject dct:a(-)b",
            '; dct:source "他说"好"的"',
            "; ex:page <https://x/>",
        ],
    )
    def test_a_broken_statement_ends_its_own_dataset_and_is_told_with_its_line(self, text):
        result = read(ttl("", text, ""), "dcat", "text/turtle")
        assert result.datasets.keys() == {f"{D}1", f"{D}3"}
        (broken,) = [problem for problem in result.problems if problem.code == "record_broken"]
        assert broken.params["line"] == 4

    @pytest.mark.parametrize("date", ['"unknown"^^xsd:date', '"0000-00-00"^^xsd:date', '"2024-02-30T25:61:00"'])
    def test_a_date_that_is_none_ends_only_itself(self, date):
        body = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n" + ttl(f"; dct:issued {date}", "")
        result = read(body, "dcat", "text/turtle")
        assert result.datasets.keys() == {f"{D}1", f"{D}2"}
        assert result.codes() == ["date_unreadable"]


class TestJson:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda text: "/* catalogue */\n" + text,
            lambda text: f"callback({text});",
        ],
    )
    def test_a_document_around_whole_records_is_said_to_be_broken_and_not_a_record(self, spoil):
        result = read(spoil(pod({}, {})), "datajson", "application/json")
        assert result.datasets.keys() == {f"{D}1", f"{D}2"}
        assert result.codes() == ["broken_elsewhere"]
        assert result.completeness.issues == ["records_unreadable"]

    @pytest.mark.parametrize(
        ("spoil", "named"),
        [
            (lambda text: text.replace("}]}", "},]}"), ",]}"),
            (lambda text: text.replace('"说明"', '"说明", "keyword": ["C:\\data"],', 1), "C:\\data"),
            (lambda text: text.replace('"说明"', '"说明", "size": NaN', 1), "NaN"),
            (lambda text: text.replace("数据集1", "数据\n集1"), "数据\n集1"),
        ],
    )
    def test_signs_that_json_does_not_allow_are_mended_and_told_and_cast_no_doubt(self, spoil, named):
        plain = json.dumps(json.loads(pod({}, {})), ensure_ascii=False)
        result = read(spoil(plain), "datajson", "application/json")
        assert result.datasets.keys() == {f"{D}1", f"{D}2"}
        assert result.completeness.issues == []
        assert named in [problem.params["value"] for problem in result.problems if problem.code == "value_mended"]

    def test_places_in_any_shape_end_no_dataset(self):
        places = (
            ["ARG", "02"],
            "POLYGON ((-125 49, -67 49, -67 25, -125 25))",
            "US",
            {"type": "envelope", "coordinates": [[106.1, 38.6], [106.4, 38.3]]},
            "106.1,38.3,106.4,38.6",
            {"bbox": "POLYGON((106 38,107 38,107 39,106 39,106 38))"},
        )
        result = read(pod(*({"spatial": place} for place in places)), "datajson", "application/json")
        assert len(result.datasets) == len(places)
        assert {problem.guid for problem in result.problems} == result.datasets.keys()

    def test_periods_that_are_none_are_told(self):
        periods = ("01/01/2015-12/31/2019", "2007- present")
        result = read(
            pod(*({"temporal": period} for period in periods), {"temporal": "2018"}), "datajson", "application/json"
        )
        assert [dataset.get("nx_temporal_start") for dataset in result.datasets.values()] == [None, None, "2018"]
        assert set(result.codes()) == {"date_unreadable"}


class TestPlaces:
    """Where a value was mended stands in the finding, in every format."""

    def lines(self, result):
        told = [problem.position for problem in result.problems if problem.code == "value_mended"]
        assert all(position.startswith(f"{URL}#line=") for position in told), told
        return [int(position.rpartition("=")[2]) for position in told]

    def test_of_turtle(self):
        page = "; dcat:landingPage <https://dept.example/a b>"
        result = read(ttl(page, "", f'{page} ; dct:title "甲"@zh_CN'), "dcat", "text/turtle")
        assert len(result.datasets) == 3
        assert sorted(self.lines(result)) == [3, 5, 5]

    def test_of_a_relative_address(self):
        result = read(ttl("", "; dcat:landingPage <seite {1}>"), "dcat", "text/turtle")
        assert self.lines(result) == [4]

    def test_of_rdf_xml(self):
        page = '<dcat:landingPage rdf:resource="https://dept.example/a b?x=1&amp;y=2"/>'
        result = read(rdf("", page) + "</rdf:RDF>", "dcat", "application/rdf+xml")
        assert self.lines(result) == [4]
        assert self.lines(read(rdf("", "<dcat:version>a & b</dcat:version>") + "</rdf:RDF>", "dcat")) == [4]

    def test_of_json_ld(self):
        entry = {"@id": f"{D}1", "@type": "dcat:Dataset", "dct:title": {"@value": "甲", "@language": "zh_CN"}}
        context = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
        body = json.dumps({"@context": context, "@graph": [entry]}, indent=1, ensure_ascii=False)
        (line,) = self.lines(read(body, "dcat", "application/ld+json"))
        assert body.split("\n")[line - 1].strip() == '"@language": "zh_CN"'

    def test_of_data_json(self):
        body = pod({}, {}).replace('"}, {', '"},\n{').replace('"}]', '",}]')
        assert self.lines(read(body, "datajson")) == [2]
