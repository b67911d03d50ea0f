"""Catalogues that mean what they say and write it in an unusual way: everything is read, what was mended is told."""

from __future__ import annotations

import json

import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.formats import ckan
from ckanext.nxopendata.harvest.mapping import mapper, tables
from ckanext.nxopendata.harvest.planning import decisions

from .reading import read_bytes
from .test_hostile_catalogues import RDF, D, pod, rdf, read, ttl

CONTEXT = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
ISO = (
    '<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" '
    'xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:xlink="http://www.w3.org/1999/xlink">'
    "<gmd:fileIdentifier><gco:CharacterString>i1</gco:CharacterString></gmd:fileIdentifier>"
)


def iso(head="", title="<gco:CharacterString>空气</gco:CharacterString>", citation="", more=""):
    return (
        f"{ISO}{head}<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>"
        f"{title}</gmd:title>{citation}</gmd:CI_Citation></gmd:citation>{more}</gmd:MD_DataIdentification>"
        "</gmd:identificationInfo></gmd:MD_Metadata>"
    )


def linked(*more, **document):
    graph = [
        {"@id": f"{D}{n}", "@type": "dcat:Dataset", "dct:title": f"数据集{n}", "dct:description": "说明"} | own
        for n, own in enumerate(more, 1)
    ]
    return json.dumps({"@context": CONTEXT, "@graph": graph} | document, ensure_ascii=False)


class TestRdf:
    @pytest.mark.parametrize("end", ["\n", "\r\n", " \n    "])
    def test_an_address_that_was_wrapped_is_put_together(self, end):
        wrapped = f"; dcat:distribution [ a dcat:Distribution ; dcat:downloadURL <{D}a{end}.csv> ]"
        result = read(ttl(wrapped, ""), "dcat", "text/turtle")
        assert result.files(f"{D}1") == [f"{D}a.csv"] and len(result.datasets) == 2
        assert [problem.code for problem in result.problems if problem.params.get("value", "").startswith(f"<{D}a")]

    def test_half_a_pair_of_surrogates_ends_only_itself(self):
        result = read(ttl('; dcat:version "1\\uD83D"', ""), "dcat", "text/turtle")
        assert (result.datasets.keys(), result.datasets[f"{D}1"]["version"]) == ({f"{D}1", f"{D}2"}, "1")
        assert result.codes() == ["value_mended"]

    def test_a_prefix_without_its_full_stop_is_read(self):
        result = read("@prefix : <https://dept.example/ns#>\n" + ttl("", ""), "dcat", "text/turtle")
        assert (len(result.datasets), result.codes()) == (2, ["value_mended"])

    def test_a_text_beside_the_address_of_a_reference_ends_nothing(self):
        theme = '<dcat:theme rdf:resource="http://inspire.ec.europa.eu/theme/ef">Habitats</dcat:theme>'
        result = read(rdf(theme, "") + "</rdf:RDF>", "dcat", "application/rdf+xml")
        assert len(result.datasets) == 2
        assert "Habitats" in [problem.params.get("value") for problem in result.problems]

    def test_markup_in_a_text_is_left_out(self):
        body = rdf("").replace(
            '<dct:description xml:lang="zh">说明', '<dct:description rdf:parseType="Literal">说<b>明</b>'
        )
        dataset = read(body + "</rdf:RDF>", "dcat", "application/rdf+xml").datasets[f"{D}1"]
        assert dataset["notes_translated"] == {"zh": "说明"}

    @pytest.mark.parametrize(
        "value", [{"dct:issued": {"@value": {"a": 1}}}, {"dct:issued": {"@value": "1", "@type": 5}}]
    )
    def test_a_value_that_json_ld_does_not_know_ends_only_its_field(self, value):
        result = read(linked(value, {}), "dcat", "application/ld+json")
        assert result.datasets.keys() == {f"{D}1", f"{D}2"}
        assert any(str(problem.params.get("value")).startswith("dct:issued") for problem in result.problems)

    @pytest.mark.parametrize("types", [["Dataset", "Member"], ["Member", "Dataset"], ["Alpha", "Dataset", "Member"]])
    def test_a_node_of_several_types_means_what_the_contexts_of_all_of_them_say(self, types):
        """As in the examples of DCAT-AP 3.0.1."""
        text = {"@id": "http://purl.org/dc/terms/title", "@container": ["@set", "@language"]}
        more = {"@id": "http://purl.org/dc/terms/description"}
        context = {
            "@version": 1.1,
            "Dataset": {"@id": "http://www.w3.org/ns/dcat#Dataset", "@context": {"title": text, "description": more}},
            "Member": {"@id": "http://x.example/Member", "@context": {"version": "http://www.w3.org/ns/dcat#version"}},
            "Alpha": {"@id": "http://x.example/Alpha", "@context": {"y": "http://x.example/y"}},
        }
        own = {"title": {"zh": "数据集"}, "description": "说明", "version": "1.0"}
        node = {"@id": f"{D}1", "@type": types} | own
        result = read(json.dumps({"@context": context, "@graph": [node]}), "dcat", "application/ld+json")
        assert (result.titles(), result.datasets[f"{D}1"]["version"]) == ({f"{D}1": "数据集"}, "1.0")

    def test_a_context_that_imports_one_that_cannot_be_read_says_which(self):
        context = {"@version": 1.1, "@import": "https://a.invalid/context.jsonld", **CONTEXT}
        with pytest.raises(FormatError) as raised:
            read(linked({}, **{"@context": context}), "dcat", "application/ld+json")
        assert (raised.value.code, raised.value.params["url"]) == (
            "context_unreadable",
            "https://a.invalid/context.jsonld",
        )

    def test_where_a_document_is_broken_is_told_although_no_record_can_be_read(self):
        with pytest.raises(FormatError) as raised:
            read(RDF + "\n<dcat:Dataset>text<dct:title>a</dct:title></dcat:Dataset></rdf:RDF>", "dcat", "text/xml")
        assert (raised.value.code, raised.value.params["line"]) == ("rdf_broken", 4)

    def test_a_next_page_at_an_address_that_does_not_parse_is_a_doubt(self):
        page = '<https://dept.example/c> <http://www.w3.org/ns/hydra/core#next> "http://[" .\n'
        result = read(ttl("") + page, "dcat", "text/turtle")
        assert len(result.datasets) == 1
        assert "page_unreadable" in decisions.find_issues(result.completeness)


class TestLists:
    @pytest.mark.parametrize("listed", [f"<{D}9>", f'"{D}9"', f'"{D}9"^^<http://www.w3.org/2001/XMLSchema#anyURI>'])
    @pytest.mark.parametrize("word", ["dcat:dataset", "dcat:servesDataset", "dcat:seriesMember"])
    def test_what_is_listed_in_any_way_is_evidence(self, word, listed):
        result = read(ttl("") + f"<https://dept.example/> {word} <{D}1> , {listed} .\n", "dcat", "text/turtle")
        assert decisions.find_issues(result.completeness) == ["listed_not_described"]
        assert [problem.params["name"] for problem in result.problems] == [f"{D}9"]

    def test_addresses_in_the_list_of_a_data_json_are_evidence(self):
        document = json.loads(pod({}))
        document["dataset"] += [f"{D}9", {"@id": f"{D}1"}]
        result = read(json.dumps(document), "datajson", "application/json")
        assert decisions.find_issues(result.completeness) == ["listed_not_described"]
        assert [problem.params["name"] for problem in result.problems] == [f"{D}9"]

    @pytest.mark.parametrize("wrap", [lambda one: one, lambda one: {"conformsTo": "dcat-us", "dataset": one}])
    def test_a_document_that_is_one_dataset_is_read(self, wrap):
        one = {"@context": "https://x.example/dcat-us-3.0.jsonld", "@type": "dcat:Dataset", "@id": f"{D}1"}
        body = json.dumps(wrap(one | {"title": "数据集1", "description": "说明"}))
        assert read(body, "datajson", "application/json").titles() == {f"{D}1": "数据集1"}


EUROPEAN = "http://publications.europa.eu/resource/authority/access-right/"

NOT_PUBLIC = [
    "non-public",
    "Non Public",
    "NON_PUBLIC",
    " nonpublic ",
    "不公开",
    "不予公开",
    "涉密",
    "Internal use only",
]


class TestNotPublic:
    @pytest.mark.parametrize("word", NOT_PUBLIC)
    def test_whatever_way_a_source_says_that_a_record_is_not_public_it_does_not_come_in(self, word):
        rights = "http://publications.europa.eu/resource/authority/access-right/"
        for result in (
            read(pod({"accessLevel": word}, {"accessLevel": "public"}), "datajson", "application/json"),
            read(ttl(f'; dct:accessRights "{word}"', ""), "dcat", "text/turtle"),
            read(
                ttl(f'; dct:accessRights [ <http://www.w3.org/2004/02/skos/core#prefLabel> "{word}" ]', ""),
                "dcat",
                "text/turtle",
            ),
            read(ttl(f"; dct:accessRights <{rights}NON_PUBLIC>", ""), "dcat", "text/turtle"),
        ):
            assert (result.withheld, result.datasets.keys()) == ([f"{D}1"], {f"{D}2"})
            assert result.codes() == ["record_not_public"]

    @pytest.mark.parametrize("form", ["ckan", "nxopendata"])
    @pytest.mark.parametrize(
        "said",
        [
            {"accessLevel": "non-public"},
            {"access_rights": EUROPEAN + "NON_PUBLIC"},
            {"access_rights": json.dumps([EUROPEAN + "NON_PUBLIC"])},
            {"access_level": "不公开"},
            {"available": "2999-01-01"},
            {"embargo_date": "2999-01-01T00:00:00+08:00"},
        ],
    )
    @pytest.mark.parametrize("as_extras", [True, False])
    def test_of_a_ckan_site_in_its_fields_or_extras(self, form, said, as_extras):
        public = {key: "2020-01-01" if value.startswith("2999") else EUROPEAN + "PUBLIC" for key, value in said.items()}
        for told, is_withheld in ((said, True), (public, False)):
            fields = {"extras": [{"key": key, "value": value} for key, value in told.items()]} if as_extras else told
            dataset = ckan.clean_dataset({"id": "1", "title": "甲", "title_translated": {"zh": "甲"}} | fields)
            mapped = mapper.map_record(tables.load(form), "1", dataset)
            assert mapped.withheld is is_withheld
            assert ("record_not_public" in [problem.code for problem in mapped.problems]) is is_withheld

    @pytest.mark.parametrize("word", ["public", "Public", "restricted public", " PUBLIC ", "有条件开放"])
    def test_what_is_public_comes_in(self, word):
        assert read(pod({"accessLevel": word}), "datajson", "application/json").datasets.keys() == {f"{D}1"}


class TestValues:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("ｈｔｔｐ：／／a.example/1.csv", "http://a.example/1.csv"),
            ("http：//a.example/1.csv", "http://a.example/1.csv"),
            ("https:\\\\a.example\\b\\1.csv", "https://a.example/b/1.csv"),
        ],
    )
    def test_an_address_with_the_wrong_strokes_is_read_as_it_is_meant_and_told(self, written, meant):
        result = read(pod({"distribution": [{"downloadURL": written}]}), "datajson", "application/json")
        assert (result.files(f"{D}1"), result.codes()) == ([meant], ["address_mended"])

    @pytest.mark.parametrize(
        ("written", "start", "end"),
        [
            ("2000-01-15T00:45:00Z/P1W", "2000-01-15", "2000-01-22"),
            ("2024-01-31/P1M", "2024-01-31", "2024-02-29"),
            ("P1Y/2012-12-31", "2011-12-31", "2012-12-31"),
        ],
    )
    def test_a_period_may_be_told_by_its_length(self, written, start, end):
        dataset = read(pod({"temporal": written}), "datajson", "application/json").datasets[f"{D}1"]
        assert (dataset["nx_temporal_start"], dataset["nx_temporal_end"]) == (start, end)

    def test_json_in_utf_16_without_a_mark_is_read(self):
        for codec in ("utf-16-le", "utf-16-be"):
            assert read_bytes(pod({}).encode(codec), f"{D}c", "application/json").datasets.keys() == {f"{D}1"}

    def test_files_of_a_ckan_site_that_are_only_addresses_are_files(self):
        entry = {"id": "a", "name": "a", "title": "数据集", "notes": "说明", "resources": ["https://a.example/1.csv"]}
        answer = {"success": True, "result": {"count": 1, "results": [entry]}}
        url = formats.entry_url(formats.get_format("ckan"), "https://ckan.example")
        result = read_bytes(json.dumps(answer).encode(), url, "application/json", form="ckan")
        assert result.files("a") == ["https://a.example/1.csv"]

    def test_a_link_of_a_workbook_that_does_not_parse_ends_only_itself(self):
        body = "信息资源代码,信息资源名称,信息资源摘要,在线链接\n214001/1,数据集1,说明,http://[/1.csv\n214001/2,数据集2,说明,\n"
        result = read_bytes(body.encode(), "https://dept.example/c.csv", "text/csv")
        assert len(result.datasets) == 2
        assert "address_unusable" in result.codes()


HEADER = "信息资源代码,信息资源名称,信息资源摘要\n"


class TestWorkbook:
    @pytest.mark.parametrize(
        ("rows", "told"),
        [
            ('214001/1,甲,说明\n214001/2,"乙,说明\n214001/3,丙,说明\n', [3]),
            ('214001/1,甲,说明\n214001/2,"乙,说明\n214001/3,丙,"说明\n', [3, 4]),
            ('214001/1,甲,说明\n214001/2,乙,"说明\n\n第二段"\n214001/3,丙,"说""明"\n', []),
        ],
    )
    def test_a_quotation_mark_that_is_never_closed_swallows_no_row(self, rows, told):
        result = read_bytes((HEADER + rows).encode(), "https://dept.example/c.csv", "text/csv")
        assert list(result.titles().values()) == ["甲", "乙", "丙"]
        assert [int(p.position.rpartition("=")[2]) for p in result.problems if p.code == "value_mended"] == told
        assert decisions.find_issues(result.completeness) == []

    def test_another_dataset_under_the_same_code_is_told_and_not_merged(self):
        rows = "214001/1,甲,说明\n214001/1,乙,说明\n214001/2,丙,说明\n"
        result = read_bytes((HEADER + rows).encode(), "https://dept.example/c.csv", "text/csv")
        assert (list(result.titles().values()), result.repeated) == (["甲", "丙"], 1)


class TestIso:
    def test_the_address_behind_a_word_is_the_licence(self):
        constraints = (
            "<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:useConstraints>"
            '<gmd:MD_RestrictionCode codeListValue="otherRestrictions"/></gmd:useConstraints><gmd:otherConstraints>'
            '<gmx:Anchor xlink:href="https://creativecommons.org/licenses/by/4.0/">署名</gmx:Anchor>'
            "</gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>"
        )
        dataset = read(iso(more=constraints), "csw", "application/xml").datasets["i1"]
        assert dataset["nx_license_verbatim"] == "https://creativecommons.org/licenses/by/4.0/"

    @pytest.mark.parametrize(
        ("locale", "identifier"), [('<gmd:PT_Locale id="second">{}</gmd:PT_Locale>', "second"), ("", "ZH"), ("", "zho")]
    )
    def test_the_language_of_a_text_is_that_of_its_locale(self, locale, identifier):
        code = '<gmd:languageCode><gmd:LanguageCode codeListValue="chi"/></gmd:languageCode>'
        head = '<gmd:language><gmd:LanguageCode codeListValue="eng"/></gmd:language>'
        head += f"<gmd:locale>{locale.format(code)}</gmd:locale>" if locale else ""
        title = (
            "<gco:CharacterString>Air</gco:CharacterString><gmd:PT_FreeText><gmd:textGroup>"
            f'<gmd:LocalisedCharacterString locale="#{identifier}">空气</gmd:LocalisedCharacterString>'
            "</gmd:textGroup></gmd:PT_FreeText>"
        )
        dataset = read(iso(head, title), "csw", "application/xml").datasets["i1"]
        assert dataset["title_translated"] == {"zh": "空气", "en": "Air"}

    def test_the_day_of_the_last_revision_is_kept(self):
        day = (
            "<gmd:date><gmd:CI_Date><gmd:date><gco:Date>{}</gco:Date></gmd:date><gmd:dateType>"
            '<gmd:CI_DateTypeCode codeListValue="{}"/></gmd:dateType></gmd:CI_Date></gmd:date>'
        )
        citation = day.format("2020-02-02", "publication") + day.format("2021-03-03", "revision")
        dataset = read(iso(citation=citation), "csw", "application/xml").datasets["i1"]
        assert (dataset["nx_publish_date"], dataset["nx_source_modified"]) == ("2020-02-02", "2021-03-03")
