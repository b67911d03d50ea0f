"""Code lists at stable addresses, in every syntax."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from rdflib import OWL, RDF, SKOS, Graph, Literal, URIRef

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.exchange.codelists import skos
from ckanext.nxopendata.exchange.dcat.iris import Links

Act = Callable[..., Any]
SITE = "http://test.ckan.net"
LINKS = Links(SITE, {})


class TestScheme:
    @pytest.mark.parametrize("name", codelists.names())
    def test_every_list_is_a_concept_scheme_with_all_its_codes(self, name: str) -> None:
        graph = skos.scheme(name, LINKS)
        assert (URIRef(f"{SITE}/codelist/{name}"), RDF.type, SKOS.ConceptScheme) in graph
        assert len(list(graph.subjects(RDF.type, SKOS.Concept))) == len(codelists.load(name))

    def test_every_list_has_a_name_in_both_languages(self) -> None:
        assert set(codelists.titles()) == set(codelists.names())
        assert all(name["zh"] and name["en"] for name in codelists.titles().values())

    def test_a_county_is_narrower_than_its_city(self) -> None:
        graph = skos.concept("region", "640181", LINKS)
        node = URIRef(f"{SITE}/codelist/region/640181")
        assert (node, SKOS.broader, URIRef(f"{SITE}/codelist/region/640100")) in graph
        assert (node, SKOS.prefLabel, Literal("灵武市", "zh")) in graph

    def test_current_codes_are_not_deprecated(self) -> None:
        assert (None, OWL.deprecated, None) not in skos.scheme("theme", LINKS)

    def test_the_csv_is_the_list(self) -> None:
        rows = list(csv.DictReader(io.StringIO(skos.as_csv("theme"))))
        assert [row["code"] for row in rows] == list(codelists.load("theme"))


@pytest.mark.usefixtures("with_plugins", "clean_db")
class TestSite:
    @pytest.mark.parametrize(
        ("accept", "media"),
        [
            ("text/turtle", "text/turtle"),
            ("application/ld+json", "application/ld+json"),
            ("text/csv", "text/csv"),
            ("text/html,*/*;q=0.8", "text/html"),
            ("*/*", "text/html"),
        ],
    )
    def test_the_reader_gets_what_it_accepts(self, app: Any, accept: str, media: str) -> None:
        response = app.get("/codelist/theme", headers={"Accept": accept})
        assert response.content_type == f"{media}; charset=utf-8"
        assert "Accept" in response.headers["Vary"]

    @pytest.mark.parametrize(("ending", "syntax"), [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml")])
    def test_the_ending_decides(self, app: Any, ending: str, syntax: str) -> None:
        graph = Graph().parse(data=app.get(f"/codelist/theme.{ending}").get_data(as_text=True), format=syntax)
        assert (URIRef(f"{SITE}/codelist/theme/7"), SKOS.prefLabel, Literal("教育文化", "zh")) in graph

    def test_the_csv_opens_in_excel(self, app: Any) -> None:
        assert app.get("/codelist/theme.csv").data.startswith(b"\xef\xbb\xbfcode,label_zh,label_en,parent,status\r\n")

    def test_a_codes_address_leads_to_its_line(self, app: Any) -> None:
        response = app.get("/codelist/theme/7", follow_redirects=False)
        assert response.headers["Location"].endswith("/codelist/theme#code-7")
        assert 'id="code-7"' in app.get("/codelist/theme").get_data(as_text=True)

    def test_a_codes_address_gives_rdf(self, app: Any) -> None:
        response = app.get("/codelist/region/640000-ND", headers={"Accept": "text/turtle"})
        assert "宁东能源化工基地" in response.get_data(as_text=True)

    @pytest.mark.parametrize(
        "address", ["/codelist/none", "/codelist/none.ttl", "/codelist/theme/none", "/codelist/theme.exe"]
    )
    def test_what_is_not_there_is_404(self, app: Any, address: str) -> None:
        app.get(address, status=404)

    @pytest.mark.parametrize("address", ["/codelist", "/en/codelist"])
    def test_the_overview_names_every_list(self, app: Any, address: str) -> None:
        page = app.get(address).get_data(as_text=True)
        assert all(f"/codelist/{name}.ttl" in page for name in codelists.names())

    def test_anyone_may_ask_the_api(self, app: Any) -> None:
        shown = app.get("/api/3/action/nx_codelist_show?id=region").json["result"]
        assert shown["count"] == len(shown["codes"])
        assert shown["codes"][0]["uri"] == f"{SITE}/codelist/region/640000"
        assert app.get("/api/3/action/nx_codelist_list").json["result"][0]["name"] == codelists.names()[0]

    def test_an_unknown_list_is_not_found(self, app: Any) -> None:
        app.get("/api/3/action/nx_codelist_show?id=none", status=404)
