"""DCAT on the site: the default profile, pages from the index, structured data."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckanext.dcat.processors import RDFParser, RDFSerializer
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, RDF, SH, Graph, Literal, URIRef

from ckanext.nxopendata.exchange.dcat import catalogue_endpoint

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

SHAPES = Path(__file__).parent / "shacl" / "dcat-ap_3.0.0_shapes.ttl"
HYDRA = "http://www.w3.org/ns/hydra/core#"


def parsed(response: Any, syntax: str = "turtle") -> Graph:
    return Graph().parse(data=response.get_data(as_text=True), format=syntax)


def violations(graph: Graph) -> set[str]:
    _, results, _ = validate(graph, shacl_graph=str(SHAPES), inference="none")
    assert isinstance(results, Graph)
    severe = results.subjects(SH.resultSeverity, SH.Violation)
    return {f"{results.value(one, SH.resultPath)} {results.value(one, SH.resultMessage)}" for one in severe}


class TestProfile:
    def test_ours_is_the_default(self) -> None:
        assert tk.config["ckanext.dcat.rdf.profiles"].split()[0] == "nx_dcat_ap"

    def test_a_dataset_comes_back_as_it_was(self, create: Act, call: Act) -> None:
        shown = call("package_show", id=create()["id"])
        parser = RDFParser()
        parser.parse(RDFSerializer().serialize_dataset(shown, "ttl"), "ttl")
        read = next(parser.datasets())
        ours = {key: value for key, value in shown.items() if key.startswith("nx_") and value not in ("", [], None)}
        assert {key: read.get(key) for key in ours} == ours
        for key in ("id", "name", "title_translated", "notes_translated", "owner_org", "license_id", "url"):
            assert read[key] == shown[key]
        for key in ("id", "url", "name", "description", "format", "mimetype", "size", "hash", "nx_file_name"):
            assert read["resources"][0][key] == shown["resources"][0][key]

    def test_a_foreign_catalogue_is_read(self) -> None:
        parser = RDFParser()
        parser.parse(
            """
            @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
            <https://elsewhere.example/d/1> a dcat:Dataset ; dct:title "Bridges"@en, "桥梁"@zh ;
              dct:description "All bridges" ; dct:identifier "b-1" ; dcat:version "2" ;
              dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://elsewhere.example/b.csv> ] .
            """,
            "ttl",
        )
        dataset = next(parser.datasets())
        assert dataset["title_translated"] == {"zh": "桥梁", "en": "Bridges"}
        assert dataset["version"] == "2"
        assert "id" not in dataset
        assert dataset["resources"][0]["url"] == "https://elsewhere.example/b.csv"


class TestCatalogue:
    def test_it_holds_all_datasets_page_by_page(
        self, app: Any, create: Act, ckan_config: Any, monkeypatch: Any
    ) -> None:
        monkeypatch.setitem(ckan_config, "ckanext.dcat.datasets_per_page", "2")
        made = {create(title_translated={"zh": f"名录{number}"}, nx_resource_code=None)["id"] for number in range(5)}
        found: set[str] = set()
        address = "/catalog.ttl"
        while address:
            graph = parsed(app.get(address))
            found |= {str(node).rpartition("/")[2] for node in graph.subjects(RDF.type, DCAT.Dataset)}
            following = graph.value(None, URIRef(HYDRA + "next"))
            subject = graph.value(None, RDF.type, URIRef(HYDRA + "PagedCollection"))
            following = graph.value(subject, URIRef(HYDRA + "next"))
            address = str(following).removeprefix(tk.config["ckan.site_url"]) if following else ""
        assert found == made

    @pytest.mark.parametrize(
        ("ending", "syntax"), [("ttl", "turtle"), ("xml", "xml"), ("jsonld", "json-ld"), ("n3", "n3")]
    )
    def test_every_syntax_says_the_same(self, app: Any, create: Act, ending: str, syntax: str) -> None:
        create()
        graph = parsed(app.get(f"/catalog.{ending}"), syntax)
        dataset = graph.value(None, RDF.type, DCAT.Dataset)
        titles = {literal.language for literal in graph.objects(dataset, DCTERMS.title) if isinstance(literal, Literal)}
        assert titles == {"zh", "en"}
        assert (None, DCAT.dataset, dataset) in graph

    def test_it_names_the_department_with_its_code(self, app: Any, create: Act) -> None:
        create()
        graph = parsed(app.get("/catalog.ttl"))
        publisher = graph.value(graph.value(None, RDF.type, DCAT.Dataset), DCTERMS.publisher)
        assert Literal("自治区文化和旅游厅", "zh") in set(graph.objects(publisher, FOAF.name))
        assert str(graph.value(publisher, DCTERMS.identifier)) == "91110000600037341L"

    def test_it_obeys_the_shapes_of_dcat_ap_3(self, app: Any, create: Act) -> None:
        create()
        create(title_translated={"zh": "宁夏4A级旅游景区名录"}, nx_resource_code=None, nx_theme=["99"], license_id=None)
        assert violations(parsed(app.get("/catalog.ttl"))) == set()

    def test_a_change_is_seen_at_once(self, app: Any, create: Act, call: Act) -> None:
        dataset = create()
        call("package_patch", id=dataset["id"], title_translated={"zh": "景区名录（2026年）"})
        assert "景区名录（2026年）" in app.get("/catalog.ttl").get_data(as_text=True)

    def test_a_renamed_department_is_seen_at_once(self, app: Any, create: Act, call: Act, department: dict) -> None:
        create()
        call("organization_patch", id=department["id"], title_translated={"zh": "文化旅游厅"})
        assert '"文化旅游厅"@zh' in app.get("/catalog.ttl").get_data(as_text=True)

    def test_a_dataset_of_many_items_is_whole(self, app: Any, create: Act) -> None:
        items = [{"name": f"第{number}个信息项", "type": "C", "length": "200"} for number in range(300)]
        dataset = create(nx_items=items)
        graph = parsed(app.get("/catalog.ttl"))
        node = URIRef(f"{tk.config['ckan.site_url']}/dataset/{dataset['id']}")
        assert len(list(graph.objects(node, URIRef("https://data.nx.example/ns/catalogue#item")))) == 300

    def test_only_the_rdf_of_what_changed_is_made_again(self, create: Act, call: Act) -> None:
        first, _ = create(), create(title_translated={"zh": "宁夏常住人口"}, nx_resource_code=None)
        assert catalogue_endpoint.prepare() == 2
        assert catalogue_endpoint.prepare() == 0
        call("package_patch", id=first["id"], title_translated={"zh": "景区名录（2026年）"})
        assert catalogue_endpoint.prepare() == 1

    def test_private_datasets_are_not_in_it(self, app: Any, create: Act) -> None:
        create(private=True)
        assert "景区" not in app.get("/catalog.ttl").get_data(as_text=True)

    def test_a_wrong_page_is_refused(self, app: Any) -> None:
        assert app.get("/catalog.ttl?page=0", status=409)

    def test_an_empty_catalogue_is_a_catalogue(self, app: Any) -> None:
        assert (None, RDF.type, DCAT.Catalog) in parsed(app.get("/catalog.ttl"))

    def test_the_dataset_alone_says_what_the_catalogue_says(self, app: Any, create: Act) -> None:
        dataset = create()
        alone = parsed(app.get(f"/dataset/{dataset['name']}.ttl"))
        catalogue = parsed(app.get("/catalog.ttl"))
        assert set(alone) <= set(catalogue)


def without_remote_context(value: Any) -> Any:
    """JSON-LD whose contexts stand in it: schema.org's, named by its address, is but a vocabulary."""
    if isinstance(value, list):
        return [without_remote_context(item) for item in value]
    if not isinstance(value, dict):
        return value
    context = value.get("@context")
    if "http://www.w3.org/ns/odrl.jsonld" in (context or ()):
        return {}  # the licence's policy, which is another room's
    contexts = [
        {"@vocab": "https://schema.org/"} if isinstance(one, str) else one
        for one in (context if isinstance(context, list) else [context])
        if one is not None
    ]
    rest = {key: without_remote_context(item) for key, item in value.items() if key != "@context"}
    return rest | ({"@context": contexts} if contexts else {})


class TestStructuredData:
    @pytest.mark.parametrize("address", ["/dataset/{}", "/en/dataset/{}"])
    def test_pages_in_both_languages_describe_the_dataset(self, app: Any, create: Act, address: str) -> None:
        dataset = create()
        page = app.get(address.format(dataset["name"])).get_data(as_text=True)
        graph = Graph()
        for script in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
            graph.parse(data=json.dumps(without_remote_context(json.loads(script))), format="json-ld")
        subjects = {s for s, kind in graph.subject_objects(RDF.type) if str(kind).endswith("://schema.org/Dataset")}
        words = {str(word).rpartition("/")[2] for subject in subjects for word in graph.predicates(subject)}
        assert {"name", "description", "distribution", "license"} <= words

    def test_croissant_names_the_file(self, app: Any, create: Act) -> None:
        dataset = create()
        data = json.loads(app.get(f"/dataset/{dataset['id']}/croissant.jsonld").get_data(as_text=True))
        assert data["@type"] == "Dataset"
        assert data["conformsTo"]["@value"].startswith("http://mlcommons.org/croissant/")
        assert data["name"]
        assert data["distribution"]


class TestNegotiation:
    """The address of a dataset answers in what its reader takes."""

    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            ("text/turtle", "text/turtle; charset=utf-8"),
            ("application/rdf+xml", "application/rdf+xml"),
            ("application/ld+json", "application/ld+json"),
            ("text/html;q=0.5, text/turtle", "text/turtle; charset=utf-8"),
            ("text/html, text/turtle;q=0.9", "text/html; charset=utf-8"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
            ("*/*", "text/html; charset=utf-8"),
            ("", "text/html; charset=utf-8"),
            ("image/png", "text/html; charset=utf-8"),
        ],
    )
    def test_by_what_is_taken(self, app: Any, create: Act, accept: str, media_type: str) -> None:
        response = app.get(f"/dataset/{create()['name']}", headers={"Accept": accept} if accept else {})
        assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)
        assert "Accept" in response.headers["Vary"]

    def test_it_is_what_the_address_with_the_ending_gives(self, app: Any, create: Act) -> None:
        name = create()["name"]
        response = app.get(f"/dataset/{name}", headers={"Accept": "text/turtle"})
        assert response.headers["Content-Location"].endswith(f"/dataset/{name}.ttl")
        assert set(parsed(response)) == set(parsed(app.get(f"/dataset/{name}.ttl")))

    def test_readers_of_the_page_and_of_rdf_do_not_meet_in_the_page_cache(self, app: Any, create: Act) -> None:
        address = f"/dataset/{create()['name']}"
        for _ in range(3):
            assert app.get(address).mimetype == "text/html"
            assert app.get(address, headers={"Accept": "text/turtle"}).mimetype == "text/turtle"

    def test_what_is_not_there_or_not_public_is_not_given_either(self, app: Any, create: Act) -> None:
        taken = {"Accept": "text/turtle"}
        assert app.get("/dataset/no-such-dataset", headers=taken).status_code == 404
        assert app.get(f"/dataset/{create(private=True)['name']}", headers=taken).status_code in (403, 404)
