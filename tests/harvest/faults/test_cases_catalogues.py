"""Catalogues as other people publish them: what one value of a record ends, and what stays."""

from __future__ import annotations

import re

import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Reading
from ckanext.nxopendata.harvest.planning import decisions

from ..server import serving
from .reading import CASES, RECOGNISE, read_bytes, read_case, read_ckan

D = "https://dept.example/dataset/"
ALL = {f"{D}{n}" for n in (1, 2, 3)}
BUREAU = "宁夏回族自治区统计局"


class TestAddressesInRdf:
    @pytest.mark.parametrize("file", ["catalogue.ttl", "catalogue.rdf", "catalogue.jsonld"])
    def test_a_blank_in_an_address_is_encoded_and_told(self, file):
        result = read_case(f"iri-with-space/{file}")
        assert result.datasets.keys() == ALL
        assert result.files(f"{D}2") == ["https://dept.example/files/2023%20年度报告%20终稿.xlsx"]
        assert result.codes() == ["value_mended"]
        assert decisions.find_issues(result.completeness) == []

    def test_two_addresses_in_one_make_no_identifier(self):
        result = read_case("iri-with-space/two-addresses-in-one.rdf")
        assert set(result.titles().values()) == {"数据集1", "数据集2", "数据集3"}
        assert "id-2" in result.datasets

    @pytest.mark.parametrize(
        ("file", "url"),
        [
            (
                "catalogue.ttl",
                "https://gis.example/datasets/a73cb_0.geojson?outSR=%7B%22latestWkid%22:4490,%22wkid%22:4490%7D",
            ),
            ("backslash-and-pipe.rdf", "https://dept.example/files%5C2023%5Ca%7Cb.xlsx"),
        ],
    )
    def test_braces_and_backslashes_are_encoded(self, file, url):
        result = read_case(f"iri-with-braces/{file}")
        assert result.datasets.keys() == ALL
        assert result.files(f"{D}2") == [url]

    def test_a_dataset_named_by_a_guid_in_braces_is_read(self):
        result = read_case("iri-with-braces/guid-in-braces.rdf")
        assert len(result.datasets) == 3
        assert "urn:uuid:%7B3F2504E0-4F89-11D3-9A0C-0305E82C3301%7D" in result.datasets

    def test_a_telephone_number_with_blanks_ends_nothing(self):
        result = read_case("other-catalogues/one-bad-iri.rdf")
        assert set(result.titles().values()) == {"好的", "电话写错"}
        assert result.datasets["http://a.example/d6b"]["nx_contact_phone"] == "+49 40 12"


class TestLanguageTags:
    @pytest.mark.parametrize("file", ["underscore.ttl", "underscore.rdf", "underscore.jsonld", "word.rdf"])
    def test_a_tag_that_is_none_keeps_its_text(self, file):
        result = read_case(f"language-tag/{file}")
        assert result.titles() == {f"{D}{n}": f"数据集{n}" for n in (1, 2, 3)}
        assert result.codes() == ["value_mended"]

    def test_simplified_comes_before_traditional_and_traditional_is_converted(self):
        result = read_case("several-chinese-titles/catalogue.ttl")
        one, two, three = (result.datasets[f"{D}{n}"] for n in (1, 2, 3))
        assert one["title_translated"] == {"zh": "银川空气质量", "en": "Air quality in Yinchuan"}
        assert one["notes_translated"] == {"zh": "银川空气质量读数"}
        assert [tag["name"] for tag in one["tags"]] == ["air", "空气"]
        assert two["title_translated"] == {"zh": "空气质素", "en": "Air quality 2"}
        assert three["title_translated"] == {"zh": "没有语言标记的标题", "en": "Title without Chinese"}
        assert result.codes(f"{D}2") == ["text_converted", "text_converted"]

    def test_english_alone_stands_in_both_places_and_is_told(self):
        result = read_case("other-catalogues/english-only.ttl")
        english, german, both = (result.datasets[f"http://a.example/{key}"] for key in ("d3", "d3de", "d3mul"))
        assert english["title_translated"] == {"zh": "Only English", "en": "Only English"}
        assert german["title_translated"] == {"zh": "Nur Deutsch"}
        assert both["title_translated"] == {"zh": "English too", "en": "English too"}
        assert result.codes("http://a.example/d3") == ["text_not_chinese", "text_not_chinese"]
        assert "values_unused" in result.codes("http://a.example/d3mul")


class TestBrokenDocuments:
    def test_the_records_beside_a_broken_one_are_read_and_its_line_is_told(self):
        result = read_case("quote-not-escaped/catalogue.ttl")
        assert result.datasets.keys() == {f"{D}1", f"{D}3"}
        assert [p.params["line"] for p in result.problems if p.code == "record_broken"] == [16]
        assert "records_unreadable" in decisions.find_issues(result.completeness)

    def test_a_document_of_a_comment_is_not_said_to_have_a_document_type(self):
        with pytest.raises(FormatError) as raised:
            read_case("other-catalogues/only-a-comment.xml")
        assert raised.value.code == "format_not_recognised"


class TestLists:
    def test_what_is_listed_and_described_is_a_record_and_what_is_only_listed_a_doubt(self):
        first = read_case("listed-without-type/1-first-reading.ttl")
        second = read_case("listed-without-type/2-second-reading.ttl")
        assert first.datasets.keys() - second.datasets.keys() == {f"{D}4"}
        assert decisions.find_issues(second.completeness) == ["listed_not_described"]
        assert [p.params["name"] for p in second.problems] == [f"{D}4"]

    def test_a_page_at_an_inner_host_is_a_doubt(self):
        result = read_case("next-page-at-inner-host/catalog.ttl")
        assert len(result.datasets) == 5
        assert decisions.find_issues(result.completeness) == [
            "page_unreadable",
            "reading_not_finished",
            "total_not_reached",
        ]
        (told,) = result.problems
        assert (told.params["host"], told.position) == ("ckan-app", "http://ckan-app:5000/catalog.ttl?page=2")

    def test_a_page_named_by_a_relative_address_is_read(self):
        folder = CASES / "next-page-at-inner-host"
        with serving() as web, Fetcher(AddressGuard(["127.0.0.1"]), Limits(requests_per_second=0)) as client:
            for name in ("relative-next.ttl", "page2.ttl"):
                web.put(f"/{name}", (folder / name).read_bytes())
            reading = Reading(f"{web.base}/relative-next.ttl", client, pytest.fail)
            records = list(formats.get_format("dcat").read(client.get(reading.url), reading))
        assert (len(records), reading.completeness.closed) == (7, True)

    def test_members_of_series_are_datasets(self):
        result = read_case("other-catalogues/dcatus3-series.json")
        assert result.titles() == {"http://a.example/s1": "成员一"}


class TestPeople:
    def test_a_publisher_in_any_shape_is_the_provider(self):
        result = read_case("literal-publisher-and-contact/catalogue.ttl")
        assert [result.datasets[f"{D}{n}"]["@provider"] for n in (1, 2, 3, 4)] == [BUREAU] * 4
        assert result.datasets[f"{D}1"]["nx_contact_name"] == "统计局信息处 0951-6000000"
        assert result.datasets[f"{D}2"]["nx_contact_email"] == "data@dept.example"
        assert result.datasets[f"{D}3"]["nx_contact_name"] == "统计局信息处"

    def test_a_contact_refuses_no_dataset(self):
        result = read_case("vcard-variants/catalogue.ttl")
        assert len(result.datasets) == 9
        emails = [result.datasets[f"{D}{n}"].get("nx_contact_email") for n in range(1, 9)]
        domain = "@dept.example"
        assert emails[:6] == [f"a{domain}", f"b{domain}", None, f"d{domain}", f"e1{domain}", f"f{domain}"]
        assert emails[6] in (f"g{domain}", f"z{domain}")
        assert emails[7] is None
        assert result.datasets[f"{D}2"]["nx_contact_name"] == "乙"
        for number in (3, 8):
            assert "email_unusable" in result.codes(f"{D}{number}")
        for number in (5, 7):
            assert "values_unused" in result.codes(f"{D}{number}")

    def test_an_address_without_mailto_is_read_from_its_last_part(self):
        result = read_case("other-catalogues/bad-email.ttl")
        assert result.datasets["http://a.example/d4"]["nx_contact_email"] == "info@a.example"

    def test_emails_of_a_ckan_site(self):
        result = read_ckan("emails")
        assert len(result.datasets) == 10
        found = sorted(filter(None, (dataset.get("nx_contact_email") for dataset in result.datasets.values())))
        site = "@ckan.example"
        assert found == sorted([f"data{site}"] * 3 + [f"a{site}"] * 2 + [f"zhang{site}"])
        assert result.codes(of="nx_contact_email").count("email_unusable") == 3

    def test_emails_of_a_data_json(self):
        result = read_case("emails/data.json")
        emails = [dataset.get("nx_contact_email") for dataset in result.datasets.values()]
        data = "data@dept.example"
        assert emails == [data, None, "first.last@dept.example", data, None, None, data]


class TestFiles:
    def test_every_address_of_a_distribution_is_a_file(self):
        result = read_case("several-urls-in-a-distribution/catalogue.ttl")
        data = "https://dept.example/data/"
        files = sorted(result.files(f"{D}1"))
        assert files == ["", *(f"{data}{name}" for name in ("as-text.csv", "not-described.csv"))] + [
            f"{data}part{n}.zip" for n in (1, 2, 3)
        ]
        assert result.codes().count("entry_not_described") == 2
        assert "file_without_address" in result.codes()

    def test_an_address_that_does_not_parse_ends_only_its_link(self):
        result = read_ckan("addresses-that-do-not-parse")
        assert len(result.datasets) == 8
        assert result.codes().count("address_unusable") >= 6
        result = read_case("addresses-that-do-not-parse/data.json")
        assert len(result.datasets) == 4
        assert result.files("id-1") == ["https://dept.example/1.csv"]
        assert result.codes("id-2") == result.codes("id-3") == ["address_unusable", "file_without_address"]
        result = read_case("addresses-that-do-not-parse/one-line.csv")
        assert len(result.datasets) == 2
        assert "address_unusable" in result.codes("307000000/000001")

    def test_files_without_address_are_told_and_relative_ones_read_against_the_site(self):
        result = read_ckan("resource-without-url")
        assert len(result.datasets) == 7
        assert result.codes().count("file_without_address") >= 3
        links = {url for guid in result.datasets for url in result.files(guid)}
        assert "https://ckan.example/dataset/d7/download/d7.csv" in links
        assert not [url for url in links if "localhost" in url]
        assert "address_private" in result.codes()
        assert "address_unusable" in result.codes()

    def test_links_that_are_none(self):
        result = read_case("links-that-are-none/data.json")
        assert len(result.datasets) == 12
        assert result.files("id-1") == ["https://dept.example/data/1.csv"]
        assert result.files("id-11") == ["https://dept.example/11.csv"]
        assert result.files("id-12") == ["https://dept.example/data/12.csv"]
        assert "url" not in result.datasets["id-12"]
        assert [p.params["url"] for p in result.problems if p.guid == "id-12"] == ["dept.example"]
        assert result.codes("id-1") == result.codes("id-11") == []
        assert result.files("id-2") == ["", "https://dept.example/2.csv"]
        assert result.files("id-3") == ["https://www.dept.example/3.csv"]
        assert result.files("id-6") == ["https://dept.example/6.csv"]
        assert result.files("id-7") == ["https://gis.example/a.geojson?outSR=%7B%22latestWkid%22:4490%7D"]
        assert result.files("id-10") == ["https://dept.example/10a.csv", "https://dept.example/10b.csv"]
        assert result.files("id-9") == ["http://dept.example/9.csv"]
        assert "address_mended" in result.codes("id-3")
        assert "address_mended" in result.codes("id-9")
        for number in (2, 4, 5, 8):
            assert "address_unusable" in result.codes(f"id-{number}"), number

    def test_an_unknown_licence_of_a_file_is_kept_in_its_words(self):
        result = read_case("other-catalogues/unknown-distribution-licence.ttl")
        assert result.datasets["http://a.example/d2"]["resources"][0]["license"].endswith("dl-by-de/2.0")

    @pytest.mark.parametrize(
        ("file", "licences"),
        [
            ("unknown-distribution-licence", ["dl-by-de-2.0"]),
            ("again-unknown-dataset-licence-is-taken", ["dl-by-de-2.0"]),
            ("by-nc-nd-3", ["cc-by-nc-nd-3.0", "cc-by-nc-sa-3.0"]),
        ],
    )
    def test_a_licence_is_itself(self, file, licences):
        datasets = read_case(f"other-catalogues/{file}.ttl").datasets.values()
        assert [RECOGNISE(dataset["nx_license_verbatim"]).id for dataset in datasets] == licences

    def test_formats_are_never_made_of_host_names(self):
        result = read_case("other-catalogues/iso-access-constraint-first.xml")
        dataset = result.datasets["i12"]
        assert [file.get("format") for file in dataset["resources"]] == [None, None, None]
        assert dataset["nx_license_verbatim"] == "https://creativecommons.org/licenses/by/4.0/"
        assert dataset["nx_contact_name"] == "某测绘院"


class TestFields:
    def test_update_cycles_in_every_spelling(self):
        result = read_case("frequencies/catalogue.ttl")
        cycles = {n: result.datasets[f"{D}{n}"].get("nx_update_cycle") for n in range(1, 16)}
        assert {n for n, code in cycles.items() if code == "6"} == {1, 2, 8, 9, 10, 12, 13, 14}
        assert (cycles[3], cycles[4], cycles[5], cycles[7], cycles[11]) == ("4", "4", "9", "1", "7")
        assert {n for n, code in cycles.items() if code is None} == set()
        rounded = [(p.code, p.params["value"].rpartition("/")[2]) for p in result.problems]
        assert rounded == [("cycle_rounded", one) for one in ("BIWEEKLY", "MONTHLY_2", "TRIENNIAL")]

    def test_an_update_cycle_that_nobody_knows_is_told_as_it_is_written(self):
        written = (CASES / "frequencies" / "catalogue.ttl").read_text()
        written = written.replace('"annuel"', '"quand il pleut"').replace("<annuel>", "<quand-il-pleut>")
        result = read_bytes(written.encode(), "https://dept.example/data/catalogue.ttl", "text/turtle")
        told = {p.guid: p.params["value"] for p in result.problems if p.code == "code_unknown"}
        assert told == {f"{D}9": "quand il pleut", f"{D}13": "quand-il-pleut"}
        assert not any("nx_update_cycle" in result.datasets[guid] for guid in told)

    def test_shapes_of_json(self):
        result = read_case("shapes/data.json")
        assert result.datasets.keys() | result.refused == {
            *(f"id-{n}" for n in (*range(1, 19), 20, 21, 22)),
            "19",
        }
        assert result.refused == ["id-12"]
        assert result.nameless == 1
        assert result.codes().count("entry_empty") == 2
        assert result.datasets["id-15"]["notes_translated"]["zh"] == "数据集15"
        assert result.codes("id-15") == ["field_filled"]
        assert result.datasets["id-16"]["notes_translated"]["zh"] == "一段\n\n又一段"
        assert [tag["name"] for tag in result.datasets["id-6"]["tags"]] == ["2020", "人口", "嵌套"]
        assert result.datasets["id-8"]["@provider"] == "统计局"
        assert result.datasets["id-8"]["nx_contact_name"] == "张三"
        assert result.files("id-3") == ["https://dept.example/3.csv", "https://dept.example/3b.csv"]

    def test_places(self):
        result = read_case("spatial/data.json")
        regions = {guid: dataset.get("nx_region") for guid, dataset in result.datasets.items()}
        assert len(regions) == 12
        assert (regions["id-5"], regions["id-6"]) == ("640100", "640100")
        assert regions["id-7"] in ("640104", "640100")
        assert (regions["id-9"], regions["id-11"]) == ("640104", "640104")
        for number in (1, 2, 3, 4, 8, 10):
            found = [p.params["value"] for p in result.problems if p.guid == f"id-{number}" and p.field == "nx_region"]
            assert found, number
            assert all(found), number

    def test_control_characters_are_removed_everywhere(self):
        result = read_case("control-characters/data.json")
        assert len(result.datasets) == 5
        assert result.titles() == {
            "id-1": "数据集1",
            "id-2": "数据集2",
            "id3": "数据集3",
            "id-4": "数据集4",
            "id-5": "表情😀与半个",
        }
        two, four = result.datasets["id-2"], result.datasets["id-4"]
        assert (two["notes_translated"]["zh"], two["tags"]) == ("有零字节", [{"name": "人口"}])
        assert re.sub(r"\s", "", four["notes_translated"]["zh"]) == "竖排换页响铃删除行分隔方向反"

    def test_an_empty_title_is_replaced_by_the_name(self):
        result = read_ckan("title-empty")
        assert {"数据集1", "renkou-2020", "renkou-2021"} <= set(result.titles().values())
        assert result.refused == []
        assert "field_filled" in result.codes(of="title_translated")

    def test_what_can_be_a_tag_is_one(self):
        result = read_ckan("tags-that-ckan-refuses")
        tags = {
            dataset["title_translated"]["zh"]: [tag["name"] for tag in dataset.get("tags", ())]
            for dataset in result.datasets.values()
        }
        assert tags["数据集1"] == ["magnetic field earth", "磁场 地球"]
        assert tags["数据集2"] == ["EARTH SCIENCE ATMOSPHERE 空气质量", "EARTH SCIENCE OCEANS"]
        assert tags["数据集3"] == tags["数据集8"] == []
        assert [len(tag) for tag in tags["数据集4"]] == [100]
        assert tags["数据集5"] == ["人口", "普查"]
        assert tags["数据集6"] == ["PM2.5 PM10", "R D", "a b", "人口", "引号", "普查"]
        assert tags["数据集7"] == ["人口"]  # twice, and once with a blank
        told = sorted(p.params["values"] for p in result.problems if p.field == "tags" and "values" in p.params)
        assert told == ["C++", "C; 水; 盐"]

    def test_only_what_is_public_and_a_dataset_comes_in(self):
        result = read_ckan("not-datasets")
        assert set(result.titles().values()) == {"数据集1", "自定义类型"}  # a site may call its datasets as it likes
        told = sorted((p.code, p.field, p.params["value"]) for p in result.problems)
        assert told == [
            ("record_no_dataset", "type", "harvest"),
            ("record_no_dataset", "type", "showcase"),
            ("record_not_public", "private", "true"),
            ("record_not_public", "state", "deleted"),
            ("record_not_public", "state", "draft"),
        ]

    def test_version_publisher_identifier_and_modified_are_kept(self):
        dataset = read_case("other-catalogues/version-and-publisher.ttl").datasets["http://a.example/d11"]
        assert dataset["version"] == "2.0"
        assert dataset["nx_language"] == ["en"]
        assert dataset["nx_source_identifier"] == "ID-11"
        assert dataset["nx_source_publisher"] == "某市水务局"
        assert dataset["nx_source_modified"] == "2024-05-05"
        assert dataset["resources"][0]["url"] == "http://a.example/no-description-of-it"

    def test_rights_of_a_public_dataset_are_no_condition(self):
        dataset = read_case("other-catalogues/pod-rights-public.json").datasets["x-5"]
        assert "nx_open_condition" not in dataset
        assert dataset["nx_license_verbatim"] == "https://creativecommons.org/publicdomain/zero/1.0/"

    def test_what_our_export_writes_our_reader_understands(self):
        dataset = read_case("other-catalogues/round-trip.ttl").datasets["http://b.example/dataset/1"]
        file = dataset["resources"][0]
        assert dataset["nx_license_verbatim"] == "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
        assert dataset["nx_related_codes"] == ["101001/000009"]
        assert dataset["version"] == "1.0"
        assert dataset["nx_theme"] == ["5"]
        assert (file["format"], file["nx_file_name"]) == ("API", "名录.csv")


@pytest.mark.parametrize("version", ["", "/1.1", "/2.0"])
def test_the_words_of_an_exception_are_told_in_every_version(version):
    answer = (
        f"<a:ExceptionReport xmlns:a='http://www.opengis.net/ows{version}' xmlns:c='http://www.opengis.net/cat/csw'>"
    )
    answer += "<a:Exception><a:ExceptionText>no such schema</a:ExceptionText></a:Exception></a:ExceptionReport>"
    with pytest.raises(FormatError) as refused:
        read_bytes(answer.encode(), "https://csw.example/?request=GetRecords", "application/xml", form="csw")
    assert refused.value.params["reason"] == "no such schema"


def test_who_made_a_dataset_provides_it_where_nobody_published_it():
    catalogue = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix foaf: <http://xmlns.com/foaf/0.1/> . <http://d.example/1> a dcat:Dataset ;
        dct:title "人\u200b口\ufeff数据" ; dct:description "说明" ;
        dct:creator [ foaf:name "宁夏回族自治区统计局" ] ."""
    (dataset,) = read_bytes(catalogue.encode(), "https://d.example/c.ttl", "text/turtle").datasets.values()
    assert (dataset["@provider"], dataset["title_translated"]["zh"]) == ("宁夏回族自治区统计局", "人口数据")


def test_iso_19115_3_is_read_by_the_same_mapping():
    result = read_case("iso-19115-3/record.xml")
    assert [problem.params["values"] for problem in result.problems] == ["自治区测绘院"]  # the contact of the metadata
    (dataset,) = result.datasets.values()
    assert dataset["title_translated"] == {"zh": "土地利用现状", "en": "Land use"}
    assert {name: dataset[name] for name in ISO_19115_3} == ISO_19115_3
    assert [(file["name"], file["url"], file["format"]) for file in dataset["resources"]] == [
        ("现状表", "https://data.nx.example/land.csv", "CSV")
    ]


ISO_19115_3 = {
    "@provider": "宁夏回族自治区自然资源厅",
    "nx_contact_name": "王工",
    "nx_contact_phone": "0951-5049999",
    "nx_contact_email": "zrzy@nx.example",
    "nx_language": ["zh"],
    "nx_license_verbatim": "https://creativecommons.org/licenses/by/4.0/",
    "nx_publish_date": "2023-06-15",
    "nx_source_identifier": "nx-land-2023",
    "nx_source_modified": "2024-03-04",
    "nx_temporal_start": "2022-01-01",
    "nx_temporal_end": "2022-12-31",
    "nx_theme": ["5"],
    "nx_update_cycle": "6",
    "tags": [{"name": "土地"}, {"name": "规划"}],
    "version": "3",
}


class TestKinds:
    @pytest.mark.parametrize(
        ("file", "number"),
        [
            ("three-files-without-id", 1),
            ("nested-catalog", 3),
            ("reverse", 2),
            ("expanded-array", 2),
            ("graph-in-graph", 2),
            ("context-last", 2),
            ("included", 2),
            ("language-map", 1),
        ],
    )
    def test_shapes_of_json_ld(self, file, number):
        result = read_case(f"jsonld-shapes/{file}.jsonld")
        assert result.form == "dcat"
        assert len(result.datasets) == number

    def test_files_without_identifier_are_not_merged_and_every_language_is_read(self):
        (dataset,) = read_case("jsonld-shapes/three-files-without-id.jsonld").datasets.values()
        data = "https://dept.example/data/"
        files = [(file["name"], file["url"]) for file in dataset["resources"]]
        assert files == [(f"文件{key}", f"{data}{key}.csv") for key in "abc"]
        (dataset,) = read_case("jsonld-shapes/language-map.jsonld").datasets.values()
        assert dataset["title_translated"] == {"zh": "数据集1", "en": "Dataset 1"}

    def test_a_context_that_is_missing_is_said_to_be(self):
        with pytest.raises(FormatError) as raised:
            read_case("jsonld-shapes/context-missing.json")
        assert raised.value.code == "context_missing"

    def test_json_ld_with_a_word_dataset_is_no_data_json(self):
        result = read_case("other-catalogues/jsonld-taken-for-datajson.jsonld")
        assert (result.form, result.titles()) == ("dcat", {"http://a.example/d1": "名称甲"})

    def test_n_triples_that_name_a_catalogue_service_are_none(self):
        result = read_case("other-catalogues/nt-taken-for-csw.nt")
        assert (result.form, result.titles()) == ("dcat", {"http://a.example/d10": "名称癸"})

    @pytest.mark.parametrize(("file", "number"), [("csw-with-gmi.xml", 2), ("again-plain-gmi.xml", 1)])
    def test_mi_metadata_is_iso_metadata(self, file, number):
        result = read_case(f"other-catalogues/{file}", "csw")
        assert len(result.datasets) == number
        assert decisions.find_issues(result.completeness) == []


class TestEncodings:
    REGION = "Région de l'Œuvre – données"

    def test_western_bytes_are_western(self):
        whole = {"w-1": self.REGION, "w-2": "Straßenverzeichnis Köln"}
        assert read_case("western-bytes/data.json").titles() == whole
        read = read_case("western-bytes/also-valid-gb18030.json").titles()
        assert read == {"w-1": "Région coûtent", "w-2": "Straßenverzeichnis Köln"}

    def test_a_wrong_charset_does_no_harm(self):
        result = read_case("western-bytes/wrong-charset.json")
        assert result.titles() == {"w-1": self.REGION, "w-2": "Straßenverzeichnis Köln"}
        assert result.datasets["w-1"]["notes_translated"]["zh"] == "Les « données » coûtent 5 €"

    def test_no_charset_is_never_chinese(self):
        read = read_case("western-bytes/no-charset.json").titles()
        assert read == {"w-1": self.REGION, "w-2": "Straßenverzeichnis Köln"}

    def test_long_texts_are_read_whole(self):
        result = read_case("text-beyond-32766-bytes/catalogue.ttl")
        assert len(result.datasets[f"{D}2"]["nx_license_verbatim"].encode()) == 35_880
        result = read_case("text-beyond-32766-bytes/data.json")
        assert len(result.datasets["long-1"]["nx_license_verbatim"].encode()) == 35_880
        assert len(result.datasets["long-3"]["notes_translated"]["zh"]) == 40_000


def test_a_context_named_by_the_link_header_is_missing_no_more():
    body = b'{"@id": "http://a.example/1", "@type": "dcat:Dataset", "dct:title": "x"}'
    link = '<http://a.invalid/ctx>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    with pytest.raises(FormatError) as raised:
        read_bytes(body, "http://a.invalid/x.json", "application/json", form="dcat", headers={"link": link})
    assert (raised.value.code, raised.value.params["url"]) == ("context_unreadable", "http://a.invalid/ctx")
