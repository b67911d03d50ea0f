"""DCAT-AP 3.0.1 and DCAT-US 3 in the shapes of their own examples: a context that is fetched, nodes of several types,
series and services, periods of OWL-Time."""

from __future__ import annotations

import json

import pytest

from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.planning import decisions

from ..server import serving
from .reading import read_bytes

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
DS = "https://data.nx.example/id/dataset/"
SERIES = "https://data.nx.example/id/series/"
DAY = {"@type": "http://www.w3.org/2001/XMLSchema#date"}
TEXT = {"@container": ["@set", "@language"]}
LINK = {"@type": "@id"}
LINKS = {"@container": "@set", "@type": "@id"}
IN_DATASET = {
    "title": {"@id": f"{DCT}title", **TEXT},
    "description": {"@id": f"{DCT}description", **TEXT},
    "publisher": {"@id": f"{DCT}publisher", **LINK},
    "releaseDate": {"@id": f"{DCT}issued", **DAY},
    "modificationDate": {"@id": f"{DCT}modified", **DAY},
    "frequency": {"@id": f"{DCT}accrualPeriodicity", **LINKS},
    "geographicalCoverage": {"@id": f"{DCT}spatial", **LINKS},
    "datasetDistribution": {"@id": f"{DCAT}distribution", **LINK},
}
IN_SERIES = {
    "inSeries": {"@id": f"{DCAT}inSeries", **LINKS},
    "previous": {"@id": f"{DCAT}prev", **LINKS},
}
CONTEXT = {
    "@context": {
        "@version": 1.1,
        "nal-frequency": "http://publications.europa.eu/resource/authority/frequency/",
        "region": "https://data.nx.example/codelist/region/",
        "ds": DS,
        "series": SERIES,
        "ag": "https://data.nx.example/id/agency/",
        "dist": "https://data.nx.example/id/distribution/",
        "Dataset": {"@id": f"{DCAT}Dataset", "@context": IN_DATASET},
        "DatasetMemberOfADatasetSeries": {"@id": f"{DCAT}Dataset", "@context": IN_SERIES},
        "DatasetSeries": {
            "@id": f"{DCAT}DatasetSeries",
            "@context": IN_DATASET | {"last": {"@id": f"{DCAT}last", **LINK}},
        },
        "DataService": {
            "@id": f"{DCAT}DataService",
            "@context": {
                "title": {"@id": f"{DCT}title", **TEXT},
                "endpointUrl": {"@id": f"{DCAT}endpointURL", **LINKS},
                "servesDataset": {"@id": f"{DCAT}servesDataset", **LINKS},
            },
        },
        "Distribution": {"@id": f"{DCAT}Distribution"},
    }
}
"""What DCAT-AP's own examples name as their context, in the words of ours."""

MEMBER = ["Dataset", "DatasetMemberOfADatasetSeries"]
WATER = {"@id": "ds:Water", "@type": "Dataset", "title": {"zh": "水质"}, "description": {"zh": "各断面水质"}}
FIRST = {
    **{"@id": "ds:Water2022", "@type": MEMBER, "title": {"zh": "水质2022", "en": "Water 2022"}},
    **{"releaseDate": "2022-03-01", "modificationDate": "2022-03-20", "inSeries": "series:Water"},
    "geographicalCoverage": "region:640100",
}
SECOND = {
    **{"@id": "ds:Water2023", "@type": MEMBER, "title": {"zh": "水质2023"}, "releaseDate": "2023-03-21"},
    **{"inSeries": "series:Water", "previous": "ds:Water2022"},
    "datasetDistribution": ["dist:Water2023/csv", "dist:Water2023/json"],
}
FILES = [
    {
        "@id": f"dist:Water2023/{kind}",
        "@type": "Distribution",
        f"{DCAT}downloadURL": {"@id": f"https://d.nx.example/{kind}"},
    }
    for kind in ("csv", "json")
]
LIVE = {"@id": "ds:WaterLive", "@type": MEMBER, "title": {"zh": "水质实时"}, "inSeries": "series:Water"}
SERVICE = {
    **{"@id": "https://data.nx.example/id/api", "@type": "DataService", "title": {"zh": "接口"}},
    **{"endpointUrl": "https://api.nx.example/v2", "servesDataset": "ds:WaterLive"},
}
WHOLE_SERIES = {"@id": "series:Water", "@type": "DatasetSeries", "title": {"zh": "水质"}, "last": "ds:Water2023"}

SHAPES = {
    "one dataset": ([WATER], {"Water": "水质"}),
    "two datasets": ([WATER, {**WATER, "@id": "ds:Air", "title": {"zh": "空气"}}], {"Water": "水质", "Air": "空气"}),
    "its frequency": ([{**WATER, "frequency": "nal-frequency:ANNUAL"}], {"Water": "水质"}),
    "its publisher": ([{**WATER, "publisher": "ag:sthjt"}], {"Water": "水质"}),
    "a member of a series": ([FIRST, WHOLE_SERIES], {"Water2022": "水质2022"}),
    "members in their order": (
        [FIRST, SECOND, *FILES, WHOLE_SERIES],
        {"Water2022": "水质2022", "Water2023": "水质2023"},
    ),
    "a member behind a service": ([LIVE, SERVICE, WHOLE_SERIES], {"WaterLive": "水质实时"}),
    "all of them": (
        [FIRST, SECOND, *FILES, LIVE, SERVICE, WHOLE_SERIES],
        {"Water2022": "水质2022", "Water2023": "水质2023", "WaterLive": "水质实时"},
    ),
}


@pytest.fixture(scope="module")
def web():
    with serving() as server:
        server.put("/examples/context.jsonld", json.dumps(CONTEXT), "application/ld+json")
        yield server


@pytest.fixture
def read(web):
    with Fetcher(AddressGuard(["127.0.0.1"]), Limits(requests_per_second=0, retries=0)) as client:

        def run(body, media_type="application/ld+json", **options):
            text = body if isinstance(body, str) else json.dumps(body)
            url = f"{web.base}/examples/catalogue"
            return read_bytes(text.encode(), url, media_type, client=client, **options)

        yield run


@pytest.mark.parametrize("way", ["by its address", "by a relative address", "by a Link header"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_examples_of_dcat_ap_are_read_by_a_context_that_is_fetched(web, read, shape, way):
    graph, titles = SHAPES[shape]
    address = f"{web.base}/examples/context.jsonld" if way == "by its address" else "context.jsonld"
    if way == "by a Link header":
        link = '<context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
        result = read({"@graph": graph}, "application/json", headers={"link": link})
    else:
        result = read({"@context": address, "@graph": graph})
    assert (result.form, result.titles()) == ("dcat", {f"{DS}{key}": title for key, title in titles.items()})
    assert decisions.find_issues(result.completeness) == []


def test_what_every_type_of_a_node_says_is_in_the_dataset(read):
    result = read({"@context": "context.jsonld", "@graph": SHAPES["all of them"][0]})
    first, second = result.datasets[f"{DS}Water2022"], result.datasets[f"{DS}Water2023"]
    assert first["title_translated"] == {"zh": "水质2022", "en": "Water 2022"}
    assert (first["nx_publish_date"], first["nx_source_modified"]) == ("2022-03-01", "2022-03-20")
    assert first["nx_region"] == "640100"
    assert [file["url"] for file in second["resources"]] == ["https://d.nx.example/csv", "https://d.nx.example/json"]
    result = read({"@context": "context.jsonld", "@graph": SHAPES["its frequency"][0]})
    assert result.datasets[f"{DS}Water"]["nx_update_cycle"] == "6"


def test_names_with_a_stroke_in_turtle_are_read_as_they_are_meant_and_told(read):
    result = read(
        f"""@prefix dcat: <{DCAT}> .
@prefix dct: <{DCT}> .
@prefix ds: <{DS}> .
@prefix dist: <https://data.nx.example/id/distribution/> .
ds:Water2023 a dcat:Dataset ; # ds:not/this
  dct:title "水质2023 ds:a/b"@zh ; dct:description "说明"@zh ;
  dcat:distribution dist:Water2023/csv, dist:Water2023/json .

dist:Water2023/json a dcat:Distribution ; dcat:downloadURL <https://d.nx.example/json> .

dist:Water2023/csv a dcat:Distribution ; dcat:downloadURL <https://d.nx.example/csv> .
""",
        "text/turtle",
    )
    assert result.titles() == {f"{DS}Water2023": "水质2023 ds:a/b"}
    assert sorted(result.files(f"{DS}Water2023")) == ["https://d.nx.example/csv", "https://d.nx.example/json"]
    assert [p.params["value"] for p in result.problems] == ["dist:Water2023/csv", "dist:Water2023/json"]
    assert decisions.find_issues(result.completeness) == []


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (
            "time:hasBeginning [ time:inXSDDate '2020-01-01'^^xsd:date ] ; "
            "time:hasEnd [ time:inXSDDate '2023-12-31'^^xsd:date ]",
            *("2020-01-01", "2023-12-31"),
        ),
        (
            "time:hasBeginning [ time:inXSDDateTimeStamp '2020-01-01T00:00:00+08:00' ] ; "
            "time:hasEnd [ time:inXSDDateTime '2023-12-31T23:00:00' ]",
            *("2020-01-01", "2023-12-31"),
        ),
        (
            "time:hasBeginning [ time:inXSDgYear '2020' ] ; time:hasEnd [ time:inXSDgYearMonth '2023-06' ]",
            "2020",
            "2023-06",
        ),
        ("dcat:startDate '2020-01-01'^^xsd:date", "2020-01-01", None),
    ],
)
def test_a_period_in_the_words_of_owl_time_is_the_period_of_the_dataset(read, period, start, end):
    result = read(
        f"""@prefix dcat: <{DCAT}> . @prefix dct: <{DCT}> . @prefix time: <http://www.w3.org/2006/time#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <{DS}1> a dcat:Dataset ; dct:title "水质"@zh ; dct:description "说明"@zh ;
        dct:temporal [ a dct:PeriodOfTime ; {period} ] .""",
        "text/turtle",
    )
    (dataset,) = result.datasets.values()
    assert (dataset.get("nx_temporal_start"), dataset.get("nx_temporal_end")) == (start, end)
    assert result.problems == []


def test_datasets_that_a_service_of_dcat_us_3_serves_are_datasets(read):
    def dataset(key):
        return {"@type": "Dataset", "identifier": key, "title": f"数据集{key}", "description": "说明"}

    served = {
        "@type": "DataService",
        "title": "接口",
        "endpointURL": "https://api.nx.example/",
        "servesDataset": [dataset("b")],
    }
    catalogue = {
        "@context": "https://resources.data.gov/dcat-us/3.0.0/context/dcat-us.json",
        "@type": "Catalog",
        "conformsTo": "https://resources.data.gov/dcat-us/3.0.0",
        "dataset": [dataset("a")],
        "service": [served],
    }
    result = read(catalogue, "application/json")
    assert (result.form, result.titles()) == ("datajson", {"a": "数据集a", "b": "数据集b"})
    assert decisions.find_issues(result.completeness) == []
