"""DCAT in any syntax, page by page."""

import threading

import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Reading, dcat
from ckanext.nxopendata.harvest.formats.rdf import descriptions, parsing

from .catalogues import PREFIXES, dataset, iri, page, turtle
from .server import Reply

LIMITS = Limits(read_seconds=2, retries=0, requests_per_second=0)


@pytest.fixture
def read():
    """Read a catalogue: its records, and the reading with its completeness and problems."""

    def read_catalogue(url, **options):
        problems = []
        with Fetcher(AddressGuard(["127.0.0.1"]), LIMITS) as client:
            reading = Reading(url, client, problems.append, **options)
            first = client.get(url)
            records = list(formats.detect(first).read(first, reading))
        return records, reading, problems

    return read_catalogue


RDF_XML = f"""<?xml version="1.0" encoding="%s"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"
  xmlns:dcat="http://www.w3.org/ns/dcat#">
 <dcat:Dataset rdf:about="{iri(1)}"><dct:title xml:lang="zh">景区名录</dct:title>
  <dcat:distribution><dcat:Distribution>
   <dcat:downloadURL rdf:resource="files/a.csv"/></dcat:Distribution></dcat:distribution>
 </dcat:Dataset></rdf:RDF>"""

JSON_LD = f"""{{"@context": {{"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}},
 "@id": "{iri(1)}", "@type": "dcat:Dataset", "dct:title": {{"@value": "景区名录", "@language": "zh"}},
 "dcat:distribution": {{"@type": "dcat:Distribution", "dcat:downloadURL": {{"@id": "files/a.csv"}}}}}}"""

TURTLE = (
    PREFIXES
    + f'<{iri(1)}> a dcat:Dataset ; dct:title "景区名录"@zh ;'
    + " dcat:distribution [ a dcat:Distribution ; dcat:downloadURL <files/a.csv> ] ."
)

SAME = [
    ("application/rdf+xml", (RDF_XML % "UTF-8").encode()),
    ("application/rdf+xml", (RDF_XML % "gb18030").encode("gb18030")),
    ("application/rdf+xml", (RDF_XML % "UTF-8").encode("gb18030")),
    ("application/xml", (RDF_XML % "UTF-16").encode("utf-16")),
    ("text/xml", (RDF_XML % "UTF-8").encode("utf-8-sig")),
    ("application/ld+json", JSON_LD.encode()),
    ("application/octet-stream", JSON_LD.encode()),
    ("text/turtle", TURTLE.encode()),
    ("text/plain", TURTLE.encode()),
]


class TestSyntaxes:
    @pytest.mark.parametrize(("media_type", "body"), SAME)
    def test_the_same_description_is_the_same_record_in_every_syntax_and_encoding(self, web, read, media_type, body):
        records, reading, problems = read(web.put("/c/catalog", body, media_type))
        assert [record.guid for record in records] == [iri(1)]
        assert records[0].raw == {
            "@id": iri(1),
            "@type": ["dcat:Dataset"],
            "dct:title": [{"@value": "景区名录", "@language": "zh"}],
            "dcat:distribution": [
                {"@type": ["dcat:Distribution"], "dcat:downloadURL": [{"@id": f"{web.base}/c/files/a.csv"}]}
            ],
        }
        assert reading.completeness.closed
        assert problems == []

    def test_the_order_of_statements_does_not_change_the_hash(self, web, read):
        first = read(web.put("/a", turtle(1, 2)))[0]
        second = read(web.put("/b", PREFIXES + dataset(2) + dataset(1).replace('"旅游", "景区"', '"景区", "旅游"')))[0]
        hashes = [{r.content_hash("f") for r in records} for records in (first, second)]
        assert hashes[0] == hashes[1]

    def test_a_graph_on_disk_reads_the_same(self, web, read, monkeypatch):
        url = web.put("/a", turtle(1, 2, 3))
        in_memory = read(url)[0]
        monkeypatch.setattr(parsing, "DISK_FROM", 10)
        on_disk = read(url)[0]
        assert {r.guid: r.raw for r in on_disk} == {r.guid: r.raw for r in in_memory}

    def test_a_remote_context_is_fetched_through_the_door(self, web, read):
        web.put("/ctx", '{"@context": {"dcat": "http://www.w3.org/ns/dcat#"}}', "application/ld+json")
        body = f'{{"@context": "ctx", "@id": "{iri(1)}", "@type": "dcat:Dataset"}}'
        assert len(read(web.put("/a", body, "application/ld+json"))[0]) == 1

    def test_a_context_in_a_private_network_is_refused(self, web, read):
        body = f'{{"@context": "http://10.0.0.1/ctx", "@id": "{iri(1)}", "@type": "dcat:Dataset"}}'
        with pytest.raises(FormatError, match="context_unreadable"):
            read(web.put("/a", body, "application/ld+json"))


class TestHostileDocuments:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
            "<!-- " + "x" * 5000 + ' --><!DOCTYPE r SYSTEM "http://evil.example/dtd">',
        ],
    )
    def test_document_types_are_refused(self, web, read, doctype, encoding):
        body = (RDF_XML % encoding).replace("<rdf:RDF", doctype + "<rdf:RDF", 1).encode(encoding)
        with pytest.raises(FormatError, match="xml_doctype"):
            read(web.put("/a", body, "application/rdf+xml"))

    def test_a_truncated_document_gives_no_records_at_all(self, web, read):
        body = (RDF_XML % "UTF-8").encode()
        with pytest.raises(FormatError, match="rdf_broken"):
            read(web.put("/a", body[:-20], "application/rdf+xml"))

    def test_a_page_of_html_is_no_catalogue(self, web, read):
        with pytest.raises(FormatError, match="format_not_recognised"):
            read(web.put("/a", "<!DOCTYPE html><html>维护中</html>", "text/html"))

    def test_a_dataset_beyond_all_bounds_is_one_record(self, web, read, monkeypatch):
        monkeypatch.setattr(descriptions, "MOST_NODES", 50)
        words = ", ".join(f'"词{n}"' for n in range(100))
        records = read(web.put("/a", PREFIXES + dataset(1, extra=f"dcat:keyword {words} ;") + dataset(2)))[0]
        assert {record.guid: "@oversized" in record.raw for record in records} == {iri(1): True, iri(2): False}

    def test_nodes_that_contain_each_other_end(self, web, read):
        body = PREFIXES + f"<{iri(1)}> a dcat:Dataset ; dct:spatial _:a . _:a dct:spatial _:b . _:b dct:spatial _:a ."
        assert len(read(web.put("/a", body))[0]) == 1


class TestIdentifiers:
    def test_a_blank_node_is_known_by_its_identifier(self, web, read):
        body = PREFIXES + '[] a dcat:Dataset ; dct:identifier "abc" . [] a dcat:Dataset ; dct:title "x" .'
        records = read(web.put("/a", body))[0]
        assert sorted(str(record.guid) for record in records) == ["None", "abc"]

    def test_quotes_and_backslashes_are_kept(self, web, read):
        body = PREFIXES + r"""[] a dcat:Dataset ; dct:identifier 'a"b\\c' ."""
        assert read(web.put("/a", body))[0][0].guid == 'a"b\\c'


class TestPaging:
    def test_pages_are_followed_to_the_last(self, web, read):
        web.put("/1", page("/1", [1, 2], "/2", 3))
        web.put("/2", page("/2", [3], None, 3))
        records, reading, problems = read(web.base + "/1")
        assert len(records) == 3
        found = reading.completeness
        assert (found.closed, found.pages, found.declared_total) == (True, 2, 3)
        assert problems == []

    def test_a_loop_ends_and_is_an_issue(self, web, read):
        web.put("/1", page("/1", [1], "/2"))
        web.put("/2", page("/2", [2], "/1"))
        records, reading, problems = read(web.base + "/1")
        assert len(records) == 2
        assert (reading.completeness.closed, reading.completeness.issues) == (False, ["page_loop"])
        assert [problem.code for problem in problems] == ["page_loop"]

    def test_a_page_that_repeats_under_another_address_is_an_issue(self, web, read):
        body = turtle(1, more="[] a hydra:PagedCollection ; hydra:next <{}> .")
        web.put("/1", body.format("/p?2"))
        web.put("/p?2", turtle(2, more="[] hydra:next </p?3> ."))
        web.put("/p?3", turtle(2, more="[] hydra:next </p?3> ."))
        _, reading, _ = read(web.base + "/1")
        assert "page_loop" in reading.completeness.issues or "page_repeated" in reading.completeness.issues
        assert not reading.completeness.closed

    def test_the_first_page_served_for_every_address_is_an_issue(self, web, read):
        served = Reply(page("", [1], "/p2").encode(), headers={"Content-Type": "text/turtle"})
        web.replies = {"/1": served, "/p2": served}
        records, reading, _ = read(web.base + "/1")
        assert len(records) == 1
        assert reading.completeness.issues == ["page_repeated"]

    @pytest.mark.parametrize("second", [Reply(status=500), Reply(b"<<<", headers={"Content-Type": "text/turtle"})])
    def test_a_page_that_fails_keeps_the_pages_before_it(self, web, read, second):
        web.put("/1", page("/1", [1, 2], "/2"))
        web.replies["/2"] = second
        records, reading, problems = read(web.base + "/1")
        assert len(records) == 2
        assert (reading.completeness.closed, reading.completeness.issues) == (False, ["page_unreadable"])
        assert len(problems) == 1

    def test_the_next_page_comes_while_this_one_is_worked_on_and_holds_nobody_up(self, web):
        on_its_way, go_on, answered = threading.Event(), threading.Event(), threading.Event()

        def slow(_):
            on_its_way.set()
            go_on.wait(30)
            answered.set()

        web.put("/1", page("/1", [1, 2], "/2"))
        web.replies["/2"] = Reply(raw=slow)
        with Fetcher(AddressGuard(["127.0.0.1"]), LIMITS) as client:
            records = dcat.FORMAT.read(client.get(web.base + "/1"), Reading(web.base + "/1", client, print))
            assert next(records).guid == iri(1)
            assert on_its_way.wait(10)
            records.close()
            assert not answered.is_set()
            go_on.set()

    def test_endless_pages_end(self, web, read):
        class Endless(dict):
            def get(self, path, default=None):
                number = int(path[1:])
                return Reply(page(path, [number], f"/{number + 1}").encode(), headers={"Content-Type": "text/turtle"})

        web.replies = Endless()
        records, reading, _ = read(web.base + "/1", max_pages=5)
        assert len(records) == 5
        assert reading.completeness.issues == ["too_many_pages"]


class TestCataloguesInCatalogues:
    def test_those_of_the_same_host_are_read_with_their_pages(self, web, read):
        inside = "<> a dcat:Catalog ; dcat:catalog </inner/1> , <https://elsewhere.example/c> ."
        web.put("/root", turtle(1, more=inside))
        web.put("/inner/1", page("/inner/1", [2], "/inner/2", 2) + "</inner/1> dcat:catalog </root> .")
        web.put("/inner/2", page("/inner/2", [3], None, 2))
        records, reading, problems = read(web.base + "/root")
        assert sorted(record.guid for record in records) == [iri(1), iri(2), iri(3)]
        assert (reading.completeness.closed, reading.completeness.declared_total) == (True, 2)
        assert [(problem.code, problem.refuses) for problem in problems] == [("catalogue_elsewhere", False)]

    def test_one_whose_datasets_are_here_is_not_asked_for(self, web, read):
        inside = f"<> a dcat:Catalog ; dcat:catalog </inner> . </inner> a dcat:Catalog ; dcat:dataset <{iri(1)}> ."
        records, reading, _ = read(web.put("/root", turtle(1, more=inside)))
        assert (len(records), web.paths(), reading.completeness.closed) == (1, ["/root"], True)

    def test_one_that_cannot_be_read_is_an_issue(self, web, read):
        records, reading, _ = read(web.put("/root", turtle(1, more="<> dcat:catalog </gone> .")))
        assert (len(records), reading.completeness.closed) == (1, False)

    def test_one_that_stands_too_deep_is_said_to(self, web, read):
        for depth in range(8):
            web.put(f"/{depth}", turtle(depth, more=f"<> a dcat:Catalog ; dcat:catalog </{depth + 1}> ."))
        records, reading, problems = read(web.base + "/0")
        assert (len(records), reading.completeness.closed) == (6, False)
        assert [(problem.code, problem.position) for problem in problems] == [("catalogue_too_deep", f"{web.base}/6")]


class TestSeries:
    def test_a_series_is_no_record_and_its_members_are(self, web, read):
        series = "</series> a dcat:DatasetSeries , dcat:Dataset . <> a hydra:Collection ; hydra:totalItems 3 ."
        member = dataset(1, extra="dcat:inSeries </series> ;") + dataset(2, extra="dcat:inSeries </series> ;")
        records, reading, _ = read(web.put("/a", PREFIXES + member + series))
        assert sorted(record.guid for record in records) == [iri(1), iri(2)]
        assert (reading.completeness.closed, reading.completeness.declared_total) == (True, 2)

    def test_a_series_with_files_is_a_dataset(self, web, read):
        body = turtle(1) + f"<{iri(1)}> a dcat:DatasetSeries ."
        assert len(read(web.put("/a", body))[0]) == 1


class TestLargeJsonLd:
    def test_the_remote_context_of_a_large_document_is_put_into_its_head(self, web, read, monkeypatch):
        monkeypatch.setattr(parsing, "DISK_FROM", 10)
        web.put(
            "/ctx", '{"@context": {"dcat": "http://www.w3.org/ns/dcat#", "题": "dcat:keyword"}}', "application/ld+json"
        )
        body = f'{{"@context": ["ctx", {{"说": "dcat:x"}}], "@id": "{iri(1)}", "@type": "dcat:Dataset", "题": "旅游"}}'
        records, _, _ = read(web.put("/a", body, "application/ld+json"))
        assert records[0].raw["dcat:keyword"] == ["旅游"]
