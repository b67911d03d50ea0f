"""Random damage to a valid catalogue: it ends no more than the records it touches, and it is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError

from .reading import read_bytes

NUMBER = 12
D = "https://dept.example/dataset/"
RDF = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">\n'
)
TTL = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\n"
CSW = (
    '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" '
    'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco">'
    f'<csw:SearchResults numberOfRecordsMatched="{NUMBER}" nextRecord="0">\n'
)


def rdf(n):
    return (
        f'<dcat:Dataset rdf:about="{D}{n}">\n <dct:title xml:lang="zh">数据集{n}</dct:title>'
        f"<dct:description>说明{n}</dct:description>\n</dcat:Dataset>\n"
    )


def ttl(n):
    return f'<{D}{n}> a dcat:Dataset ;\n  dct:title "数据集{n}"@zh ; dct:description "说明{n}"@zh .\n\n'


def podjson(n):
    return json.dumps(
        {"identifier": f"{D}{n}", "title": f"数据集{n}", "description": "说明", "keyword": ["人口"]}, ensure_ascii=False
    )


def jsonld(n):
    return json.dumps(
        {"@id": f"{D}{n}", "@type": "dcat:Dataset", "dct:title": f"数据集{n}", "dct:description": "说明"},
        ensure_ascii=False,
    )


def iso(n):
    return (
        f"<gmd:MD_Metadata><gmd:fileIdentifier><gco:CharacterString>{D}{n}</gco:CharacterString></gmd:fileIdentifier>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>"
        f"<gco:CharacterString>数据{n}</gco:CharacterString></gmd:title></gmd:CI_Citation></gmd:citation>"
        "</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>\n"
    )


CONTEXT = '"@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}'
NS = "https://data.nx.example/ns/catalogue-xml/1.0"
FEED = "https://other.example/api/3/action/nx_changes_list?limit=100"


def gbt(n):
    return (
        f"<record><mdId>{D}{n}</mdId><resTitle>数据集{n}</resTitle><abstract>说明{n}</abstract>"
        "<IdPoC><rpOrgName>统计局</rpOrgName></IdPoC></record>\n"
    )


def ckan(n):
    return json.dumps(
        {"id": f"{D}{n:02}", "name": f"n{n}", "title": f"数据集{n}", "notes": "说明", "resources": [{"id": f"r{n}"}]},
        ensure_ascii=False,
    )


def change(n):
    dataset = {"id": f"{D}{n}", "title_translated": {"zh": f"数据集{n}"}, "notes_translated": {"zh": "说明"}}
    return json.dumps({"id": f"{D}{n}", "kind": "created", "name": f"n{n}", "dataset": dataset}, ensure_ascii=False)


FORMATS = {
    "gbt21063.xml": (f'<catalogue xmlns="{NS}">\n', gbt, "", "</catalogue>", "application/xml"),
    "ckan.json": (
        f'{{"success": true, "result": {{"count": {NUMBER}, "results": [\n',
        ckan,
        ",\n",
        "]}}",
        "application/json",
    ),
    "nxopendata.json": (
        '{"success": true, "result": {"changes": [\n',
        change,
        ",\n",
        '], "cursor": "9", "more": false}}',
        "application/json",
    ),
    "dcat.rdf": (RDF, rdf, "", "</rdf:RDF>", "application/rdf+xml"),
    "dcat.ttl": (TTL, ttl, "", "", "text/turtle"),
    "dcat.jsonld": ("{" + CONTEXT + ', "@graph": [\n', jsonld, ",\n", "]}", "application/ld+json"),
    "datajson.json": ('{"conformsTo": "x", "dataset": [\n', podjson, ",\n", "]}", "application/json"),
    "csw.xml": (CSW, iso, "", "</csw:SearchResults></csw:GetRecordsResponse>", "application/xml"),
}


def address(name):
    """The address of a catalogue that is told from the address too."""
    if name == "ckan.json":
        return formats.entry_url(formats.get_format("ckan"), "https://dept.example/")
    return {"csw.xml": "https://dept.example/csw?request=GetRecords", "nxopendata.json": FEED}.get(
        name, f"https://dept.example/{name}"
    )


def identifier(name, n):
    return f"{D}{n:02}" if name == "ckan.json" else f"{D}{n}"


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_ends_no_more_than_the_records_it_touches(name, data):
    head, record, between, tail, media_type = FORMATS[name]
    records = [record(n) for n in range(NUMBER)]
    touched = data.draw(st.lists(st.integers(0, NUMBER - 1), max_size=3, unique=True))
    for number in touched:
        # within the record: its own beginning and end stay where they are
        text = records[number]
        place = data.draw(st.integers(2, len(text) - 4))
        cut = data.draw(st.integers(0, min(8, len(text) - 3 - place)))
        put = data.draw(st.text(st.sampled_from('<>"{}[],;.&\\\x00\ufffd空a1'), max_size=4))
        records[number] = text[:place] + put + text[place + cut :]
    body = (head + between.join(records) + tail).encode("utf-8", "replace")
    result = read_bytes(body, address(name), media_type, form=name.partition(".")[0])
    sound = {identifier(name, n) for n in range(NUMBER) if n not in touched}
    lost = sound - result.datasets.keys()
    assert len(lost) <= len(touched)  # what a piece of damage runs into
    read = len(result.datasets) + len(result.refused) + result.nameless
    assert read >= NUMBER - 2 * len(touched)
    if read < NUMBER and not name.startswith("dcat"):  # in RDF damage can make a sound statement of another kind
        assert result.problems


@pytest.mark.parametrize("name", FORMATS)
@given(share=st.floats(0.3, 0.99))
@settings(max_examples=20, deadline=None)
def test_a_document_that_is_cut_off_is_read_as_far_as_it_goes(name, share):
    head, record, between, tail, media_type = FORMATS[name]
    body = (head + between.join(record(n) for n in range(NUMBER)) + tail).encode()
    cut = body[: int(len(body) * share)]
    whole = [n for n in range(NUMBER) if (record(n)).rstrip().encode() in cut]
    try:
        result = read_bytes(cut, address(name), media_type, form=name.partition(".")[0])
    except FormatError:
        assert not whole
        return
    assert result.datasets.keys() >= {identifier(name, n) for n in whole[:-1]}
    assert len(result.datasets) <= len(whole) + 1
