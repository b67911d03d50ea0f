"""Catalogues made to cost their reader much are refused within seconds, whatever format they say they have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Reading
from ckanext.nxopendata.harvest.mapping import languages
from tests.bombs import OPEN_DOCUMENTS, WORKBOOKS, cost

from .server import Server, serving

SECONDS, MOST_GROWTH = 10, 50 * 1024 * 1024
DEEP = 200_000
LD = "application/ld+json"
SHEETS = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
)


def dataset(context: Any) -> str:
    return json.dumps({"@context": context, "@id": "http://a.invalid/1", "@type": "dcat:Dataset"})


def chain(web: Server) -> str:
    """A context that names another, and so on without end."""
    for number in range(200):
        web.put(f"/c{number}", json.dumps({"@context": f"c{number + 1}"}), LD)
    return dataset("c0")


def fan(web: Server) -> str:
    """Contexts that name twenty others each, three times."""
    for level in range(3):
        for number in range(20):
            others = [f"f{level + 1}-{other}" for other in range(20)]
            web.put(f"/f{level}-{number}", json.dumps({"@context": others}), LD)
    return dataset([f"f0-{number}" for number in range(20)])


def loop(web: Server) -> str:
    web.put("/loop", json.dumps({"@context": ["loop", "loop"]}), LD)
    return dataset("loop")


def large(web: Server) -> str:
    web.put("/large", json.dumps({"@context": {"a" * 5_000_000: "http://a.invalid/"}}), LD)
    return dataset("large")


def many(web: Server) -> str:
    """A large context at each of ten thousand places."""
    web.put("/one", json.dumps({"@context": {"a" * 1_000_000: "http://a.invalid/"}}), LD)
    return "[" + ",".join([dataset("one")] * 10_000) + "]"


def deep(web: Server) -> str:
    web.put("/deep", '{"@context": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}", LD)
    return dataset("deep")


BOMBS: dict[str, tuple[str, Callable[[Server], str]]] = {
    "DCAT-US of lists in lists": ("application/json", lambda _: '{"dataset":[' + "[" * DEEP),
    "DCAT-US of objects in objects": ("application/json", lambda _: '{"dataset":[' + '{"a":' * DEEP),
    "DCAT-US, closed": ("application/json", lambda _: '{"dataset":[' + "[" * DEEP + "]" * DEEP + "]}"),
    "CKAN of lists in lists": (
        "application/json",
        lambda _: '{"success":true,"result":{"count":1,"results":[' + "[" * DEEP,
    ),
    "JSON-LD of lists in lists": (LD, lambda _: '{"@context":{},"@graph":' + "[" * DEEP),
    "brackets in strings are no depth": (LD, lambda _: '{"@context":{},"a":"' + '[\\"' * DEEP + '"}'),
    "RDF/XML of elements in elements": ("application/rdf+xml", lambda _: "<rdf:RDF xmlns:rdf='a'>" + "<a>" * DEEP),
    "Turtle of blank nodes in blank nodes": ("text/turtle", lambda _: "<a> <b> " + "[ <b> " * DEEP),
    "contexts without end": (LD, chain),
    "contexts of contexts of contexts": (LD, fan),
    "a context that names itself": (LD, loop),
    "a context of 5 MB": (LD, large),
    "a context at every place": (LD, many),
    "a deep context": (LD, deep),
}


REFUSALS = {
    "0",
    "context_unreadable",
    "format_not_recognised",
    "json_broken",
    "json_broken_after",
    "rdf_broken",
    "xml_broken",
}
"""What may come of them: an error that names what is wrong, or no record."""


@pytest.fixture
def web() -> Iterator[Server]:
    with serving() as server:
        yield server


def read(url: str) -> str:
    """What came of reading a catalogue: the code of its error, or the number of its records."""
    with Fetcher(AddressGuard(["127.0.0.1"]), Limits(retries=0, requests_per_second=0)) as client:
        try:
            first = client.get(url, accept="*/*")
            return str(len(list(formats.detect(first).read(first, Reading(url, client, lambda _: None, memory={})))))
        except HarvestError as error:
            return error.code


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_in_time_and_in_little_memory(web: Server, name: str) -> None:
    media_type, make = BOMBS[name]
    url = web.put("/a", make(web), media_type)
    read(web.put("/warm", '{"dataset":[]}', "application/json"))  # what the first reading loads is not the bomb's
    before, told = len(web.requests), []
    seconds, growth = cost(lambda: told.append(read(url)))
    assert seconds < SECONDS, told
    assert growth < MOST_GROWTH, told
    assert len(web.requests) - before <= 30
    assert told[0] in REFUSALS, told


@pytest.mark.usefixtures("with_plugins")
def test_trying_a_source_of_them_costs_the_web_process_little(
    web: Server, department: dict[str, Any], call: Callable[..., Any], tmp_path: Path
) -> None:
    def try_(url: str) -> None:
        assert not call("nx_harvest_source_test", url=url, organization=department["name"])["datasets"]

    addresses = {
        name: web.put(f"/bomb-{number}", make(web), type_) for number, (name, (type_, make)) in enumerate(BOMBS.items())
    }
    for number, (name, make) in enumerate({**WORKBOOKS, **OPEN_DOCUMENTS}.items()):
        make(tmp_path / "book")
        addresses[name] = web.put(f"/book-{number}", (tmp_path / "book").read_bytes(), SHEETS[name in OPEN_DOCUMENTS])
    try_(web.put("/warm", '{"dataset":[]}', "application/json"))
    dear = []
    for name, url in addresses.items():
        seconds, growth = cost(lambda url=url: try_(url))
        if seconds > SECONDS or growth > MOST_GROWTH:
            dear.append(f"{name}: {seconds:.1f} s, {growth / 1024**2:.0f} MB")
    assert not dear, "\n".join(dear)


@pytest.mark.parametrize("text", ["a" * 1_000_000, "ab" + "-" * 1_000_000, "a-" * 500_000, "ab " * 300_000])
def test_a_long_text_is_told_from_others_in_time(text: str) -> None:
    assert cost(lambda: languages.kind_of(text, ""))[0] < 1
    assert languages.kind_of("a plain text", "") == languages.kind_of("x1 ab--cd", "") == languages.ENGLISH
    assert languages.kind_of("A-17", "") == languages.kind_of("abc", "") == languages.UNTAGGED
