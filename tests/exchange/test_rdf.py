"""The dataset as DCAT-AP 3: a round trip loses nothing, and the shapes of DCAT-AP find no fault."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pyshacl import validate
from rdflib import CSVW, DCAT, DCTERMS, RDF, SH, Graph, Literal, URIRef

from ckanext.nxopendata.exchange.dcat import iris, reader, writer

from .samples import DATASET, datasets

LINKS = iris.Links("https://data.nx.example", {"cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/"})
SHAPES = Path(__file__).parent / "shacl" / "dcat-ap_3.0.0_shapes.ttl"
SYSTEM = {"metadata_modified"}


def node_of(dataset: dict[str, Any]) -> URIRef:
    return URIRef(f"{LINKS.base}/dataset/{dataset['id']}")


def graph_of(dataset: dict[str, Any]) -> Graph:
    graph = Graph(bind_namespaces="none")
    writer.describe(dataset, node_of(dataset), LINKS, graph)
    return graph


def comparable(dataset: dict[str, Any]) -> dict[str, Any]:
    """Without what CKAN keeps for itself; sets (tags, related codes) in one order."""
    bare = {key: value for key, value in dataset.items() if key not in SYSTEM}
    bare["tags"] = sorted(tag["name"] for tag in dataset.get("tags", ()))
    for name in ("nx_related_codes", "nx_conforms_to"):
        bare[name] = sorted(dataset.get(name, ()))
    bare["resources"] = [
        {key: value for key, value in resource.items() if key not in ("url_type", "created", "last_modified")}
        for resource in dataset.get("resources", ())
    ]
    return bare


class TestRoundTrip:
    @given(datasets())
    @settings(max_examples=150, deadline=dt.timedelta(seconds=2), suppress_health_check=[HealthCheck.too_slow])
    def test_nothing_is_lost(self, dataset: dict[str, Any]) -> None:
        written = graph_of(dataset).serialize(format="nt")
        graph = Graph(bind_namespaces="none").parse(data=written, format="nt")
        assert comparable(reader.read(graph, node_of(dataset), LINKS)) == comparable(dataset)

    @pytest.mark.parametrize("syntax", ["turtle", "xml", "json-ld"])
    def test_in_every_syntax(self, syntax: str) -> None:
        graph = Graph().parse(data=graph_of(DATASET).serialize(format=syntax), format=syntax)
        assert comparable(reader.read(graph, node_of(DATASET), LINKS)) == comparable(DATASET)

    def test_equal_datasets_give_equal_graphs(self) -> None:
        assert set(graph_of(DATASET)) == set(graph_of(dict(reversed(DATASET.items()))))


class TestWords:
    def test_titles_carry_their_language(self) -> None:
        titles = set(graph_of(DATASET).objects(node_of(DATASET), DCTERMS.title))
        assert titles == {Literal("宁夏5A级旅游景区名录", "zh"), Literal("5A scenic spots of Ningxia", "en")}

    def test_formats_are_addresses_of_the_eu_table(self) -> None:
        formats = set(graph_of(DATASET).objects(None, DCTERMS.format))
        assert URIRef("http://publications.europa.eu/resource/authority/file-type/CSV") in formats
        assert all(isinstance(node, URIRef) for node in formats)

    def test_themes_are_concepts_of_our_list_and_of_the_eu(self) -> None:
        themes = set(map(str, graph_of(DATASET).objects(node_of(DATASET), DCAT.theme)))
        assert "https://data.nx.example/codelist/theme/7" in themes
        assert "http://publications.europa.eu/resource/authority/data-theme/EDUC" in themes

    def test_the_update_cycle_is_an_eu_frequency(self) -> None:
        frequency = graph_of(DATASET).value(node_of(DATASET), DCTERMS.accrualPeriodicity)
        assert str(frequency) == "http://publications.europa.eu/resource/authority/frequency/ANNUAL"

    def test_a_year_stays_a_year(self) -> None:
        start = next(graph_of(DATASET).objects(None, DCAT.startDate))
        assert start.n3() == '"2007"^^<http://www.w3.org/2001/XMLSchema#gYear>'

    def test_the_information_items_are_a_csvw_schema_in_order(self) -> None:
        graph = graph_of(DATASET)
        schema = graph.value(node_of(DATASET), CSVW.tableSchema)
        first = graph.value(schema, CSVW.column)
        second = graph.value(first, RDF.rest)
        columns = [graph.value(cell, RDF.first) for cell in (first, second)]
        assert [str(graph.value(column, iris.NX.itemName)) for column in columns] == ["名称", "评定年份"]

    def test_there_are_no_blank_nodes(self) -> None:
        assert all(isinstance(term, URIRef | Literal) for triple in graph_of(DATASET) for term in triple)


def violations(graph: Graph) -> list[str]:
    _, results, text = validate(graph, shacl_graph=str(SHAPES), advanced=False, inference="none")
    assert isinstance(results, Graph)
    severe = set(results.subjects(SH.resultSeverity, SH.Violation))
    return [text] if severe else []


def publisher(graph: Graph, dataset: dict[str, Any]) -> None:
    writer.describe_publisher(
        {"id": dataset["owner_org"], "title_translated": {"zh": "文化和旅游厅"}, "nx_uscc": "11640000MB0000011X"},
        LINKS,
        graph,
    )


class TestShapes:
    def test_a_demonstration_dataset_has_no_violation(self) -> None:
        graph = graph_of(DATASET)
        publisher(graph, DATASET)
        assert violations(graph) == []

    def test_the_shapes_do_find_faults(self) -> None:
        graph = graph_of(DATASET)
        graph.remove((node_of(DATASET), DCTERMS.description, None))
        publisher(graph, DATASET)
        assert violations(graph)

    @given(datasets())
    @settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
    def test_any_dataset_has_no_violation(self, dataset: dict[str, Any]) -> None:
        graph = graph_of(dataset)
        if "owner_org" in dataset:
            publisher(graph, dataset)
        assert violations(graph) == []
