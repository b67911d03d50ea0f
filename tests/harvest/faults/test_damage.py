"""Random damage to a valid catalogue: it ends no more than the records it touches, and it is told."""

from __future__ import annotations

import hashlib
import io
import json
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FetchError, FormatError
from ckanext.nxopendata.harvest.fetching.client import Document, Validators
from ckanext.nxopendata.harvest.planning import decisions

from ..generated import catalogue as generated
from ..generated import render
from .reading import read_bytes

NUMBER = 12
D = "https://dept.example/dataset/"
RDF = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">\n'
)
RDF_NS, DCT = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://purl.org/dc/terms/"
TTL = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\n"
CSW = (
    '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" '
    'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco">'
    f'<csw:SearchResults numberOfRecordsMatched="{NUMBER}" nextRecord="0">\n'
)


LISTED = [f"{D}{n}" for n in range(NUMBER)]


def nt(n):
    said = ((f"{RDF_NS}type", "<http://www.w3.org/ns/dcat#Dataset>"), (f"{DCT}title", f'"数据集{n}"@zh'))
    return "".join(f"<{D}{n}> <{name}> {value} .\n" for name, value in (*said, (f"{DCT}description", f'"说明{n}"')))


def row(n):
    return f"{D}{n},数据集{n},说明{n},每年\n"


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


MDB = "http://standards.iso.org/iso/19115/-3"
CSW_3 = (
    '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" '
    f'xmlns:mdb="{MDB}/mdb/2.0" xmlns:mcc="{MDB}/mcc/1.0" xmlns:mri="{MDB}/mri/1.0" xmlns:cit="{MDB}/cit/2.0" '
    f'xmlns:gco="{MDB}/gco/1.0"><csw:SearchResults numberOfRecordsMatched="{NUMBER}" nextRecord="0">\n'
)


def iso_3(n):
    return (
        f"<mdb:MD_Metadata><mdb:metadataIdentifier><mcc:MD_Identifier><mcc:code><gco:CharacterString>{D}{n}"
        "</gco:CharacterString></mcc:code></mcc:MD_Identifier></mdb:metadataIdentifier><mdb:identificationInfo>"
        "<mri:MD_DataIdentification><mri:citation><cit:CI_Citation><cit:title>"
        f"<gco:CharacterString>数据{n}</gco:CharacterString></cit:title></cit:CI_Citation></mri:citation>"
        "</mri:MD_DataIdentification></mdb:identificationInfo></mdb:MD_Metadata>\n"
    )


def nq(n):
    return nt(n).replace(" .\n", " <https://dept.example/graph> .\n")


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
    "dcat.rdf": (
        RDF
        + '<dcat:Catalog rdf:about="https://dept.example/">'
        + "".join(f'<dcat:dataset rdf:resource="{one}"/>' for one in LISTED)
        + "</dcat:Catalog>\n",
        rdf,
        "",
        "</rdf:RDF>",
        "application/rdf+xml",
    ),
    "dcat.ttl": (
        TTL + f"<https://dept.example/> dcat:dataset {', '.join(f'<{one}>' for one in LISTED)} .\n\n",
        ttl,
        "",
        "",
        "text/turtle",
    ),
    "dcat.nt": (
        "".join(f"<https://dept.example/> <http://www.w3.org/ns/dcat#dataset> <{one}> .\n" for one in LISTED),
        nt,
        "",
        "",
        "application/n-triples",
    ),
    "dcat.jsonld": (
        "{"
        + CONTEXT
        + ', "@graph": [\n'
        + json.dumps({"@id": "https://dept.example/", "dcat:dataset": [{"@id": one} for one in LISTED]})
        + ",\n",
        jsonld,
        ",\n",
        "]}",
        "application/ld+json",
    ),
    "dcat.nq": (
        "".join(f"<https://dept.example/> <http://www.w3.org/ns/dcat#dataset> <{one}> .\n" for one in LISTED),
        nq,
        "",
        "",
        "application/n-quads",
    ),
    "dcat.n3": (
        TTL + f"<https://dept.example/> dcat:dataset {', '.join(f'<{one}>' for one in LISTED)} .\n\n",
        ttl,
        "",
        "",
        "text/n3",
    ),
    "dcat.trig": (
        TTL + f"<https://dept.example/> dcat:dataset {', '.join(f'<{one}>' for one in LISTED)} .\n\n",
        ttl,
        "",
        "",
        "application/trig",
    ),
    "workbook.csv": ("信息资源代码,信息资源名称,信息资源摘要,更新周期\n", row, "", "", "text/csv"),
    "datajson.json": ('{"conformsTo": "x", "dataset": [\n', podjson, ",\n", "]}", "application/json"),
    "csw.xml": (CSW, iso, "", "</csw:SearchResults></csw:GetRecordsResponse>", "application/xml"),
    "csw.3.xml": (CSW_3, iso_3, "", "</csw:SearchResults></csw:GetRecordsResponse>", "application/xml"),
}


def address(name):
    """The address of a catalogue that is told from the address too."""
    if name == "ckan.json":
        return formats.entry_url(formats.get_format("ckan"), "https://dept.example/")
    if name.startswith("csw"):
        return "https://dept.example/csw?request=GetRecords"
    return FEED if name == "nxopendata.json" else f"https://dept.example/{name}"


def identifier(name, n):
    return f"{D}{n:02}" if name == "ckan.json" else f"{D}{n}"


TOLD = {
    "record_broken",
    "record_incomplete",
    "entry_no_dataset",
    "entry_empty",
    "broken_elsewhere",
    "listed_not_described",
}
"""Findings that a record is not read."""


def spoil(data, text):
    """Put something else in the place of a few characters; the record's own beginning and end stay where they are."""
    place = data.draw(st.integers(2, len(text) - 4))
    cut = data.draw(st.integers(0, min(8, len(text) - 3 - place)))
    put = data.draw(st.text(st.sampled_from('<>"{}[],;.&\\\x00\ufffd空a1'), max_size=4))
    return text[:place] + put + text[place + cut :]


def read_damaged(name, data, most):
    """Damage up to ``most`` records of a catalogue, neighbours among them.

    Returns:
        Their numbers, and what was read.
    """
    head, record, between, tail, media_type = FORMATS[name]
    records = [record(n) for n in range(NUMBER)]
    places = st.lists(st.integers(0, NUMBER - 1), min_size=most == 1, max_size=most, unique=True)
    touched = data.draw(places)
    for number in touched:
        records[number] = spoil(data, records[number])
    body = (head + between.join(records) + tail).encode("utf-8", "replace")
    return touched, read_bytes(body, address(name), media_type, form=name.partition(".")[0])


def count_read(result):
    return len(result.datasets) + len(result.refused) + len(result.withheld) + result.nameless + result.repeated


def count_told(result):
    """Records of which it is said that they are not read: by their names, or by the lines on which they stand."""
    told = [p for p in result.problems if p.code in TOLD]
    names = {p.params["name"] for p in told if p.params.get("name")}
    places = {p.params.get("line") or p.position for p in told if not p.params.get("name")}
    return max(len(names), len(places))


@pytest.mark.parametrize("most", [1, 3])
@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_ends_no_more_than_the_records_it_touches(name, most, data):
    """The others are read, by their names; each that is touched is read, refused or told, and then it is a doubt."""
    touched, result = read_damaged(name, data, most)
    assert {identifier(name, n) for n in range(NUMBER) if n not in touched} <= result.datasets.keys()
    together = sum(n + 1 in touched for n in touched)  # what is broken in one stretch may be told once
    assert count_read(result) + count_told(result) >= NUMBER - together
    if count_read(result) < NUMBER:
        assert TOLD & set(result.codes())
        assert decisions.find_issues(result.completeness)


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_around_the_records_is_refused_or_told_and_ends_none_in_silence(name, data):
    head, record, between, tail, media_type = FORMATS[name]
    if data.draw(st.booleans()) and len(tail) > 6:
        tail = spoil(data, f"  {tail}")
    elif len(head) > 6:
        head = spoil(data, head)
    body = (head + between.join(map(record, range(NUMBER))) + tail).encode("utf-8", "replace")
    try:
        result = read_bytes(body, address(name), media_type, form=name.partition(".")[0])
    except FormatError as error:
        assert error.code
        return
    if name == "workbook.csv":
        return  # a table with another header is another table; the limit of withdrawals guards what was there
    if count_read(result) < NUMBER:
        assert decisions.find_issues(result.completeness)


@pytest.mark.parametrize("comment", ["", "# 目录\n"])
@pytest.mark.parametrize("number", [0, 5, NUMBER - 1])
@pytest.mark.parametrize("written", [D[:-6] + "<", D, f"{D}<{D}"])
def test_an_address_of_turtle_that_does_not_end_costs_its_own_record_alone(number, written, comment):
    head, record, *_, media_type = FORMATS["dcat.ttl"]
    records = [record(n).replace(f"<{D}{n}>", f"<{written}") if n == number else record(n) for n in range(NUMBER)]
    body = (comment + head + "".join(records)).encode()
    result = read_bytes(body, address("dcat.ttl"), media_type, form="dcat")
    assert result.datasets.keys() == {f"{D}{n}" for n in range(NUMBER) if n != number}
    assert {"record_broken", "listed_not_described"} <= set(result.codes())


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


@pytest.mark.parametrize(
    ("name", "place", "put"),
    [
        ("nxopendata.json", 8, '"}]'),
        ("ckan.json", 8, '"}]'),
        ("datajson.json", 16, '"}'),
        ("datajson.json", 16, '"}]'),
        ("dcat.ttl", 40, ".<"),
    ],
)
def test_the_end_of_a_list_or_an_open_address_within_a_record_costs_that_record_alone(name, place, put):
    head, record, between, tail, media_type = FORMATS[name]
    records = [record(n) for n in range(NUMBER)]
    records[0] = records[0][:place] + put + records[0][place:]
    body = (head + between.join(records) + tail).encode()
    result = read_bytes(body, address(name), media_type, form=name.partition(".")[0])
    assert {identifier(name, n) for n in range(1, NUMBER)} <= set(result.datasets)
    assert "record_broken" in result.codes()


class Pages:
    """A portal of web pages, held in memory."""

    def __init__(self, pages):
        self.pages = pages

    def get(self, url, **_):
        if url not in self.pages:
            raise FetchError("server_refused", url=url, status=404)
        body = self.pages[url].encode("utf-8", "replace")
        digest = hashlib.sha256(body).hexdigest()
        return Document(url, 200, "text/html", "utf-8", Validators(), io.BytesIO(body), len(body), digest)


PORTAL = "https://portal.example/portal/catalog"
ON_PAGES = tuple(islice(generated.datasets(2 * NUMBER), NUMBER))


def key_of(dataset):
    return dataset.id.replace("-", "")


@pytest.mark.parametrize("place", ["details", "list"])
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_to_a_page_of_a_portal_ends_no_other_dataset_or_is_a_doubt(place, data):
    """A list that is damaged may lose its neighbours, for HTML has no records; then it is a doubt."""
    pages = {f"{PORTAL}/index?page={n}": render.list_page(ON_PAGES, n) for n in (1, 2)}
    pages |= {f"{PORTAL}/{key_of(one)}": render.detail_page(one) for one in ON_PAGES}
    touched = data.draw(st.sampled_from(ON_PAGES))
    where = f"{PORTAL}/{key_of(touched)}" if place == "details" else f"{PORTAL}/index?page=1"
    pages[where] = spoil(data, pages[where])
    first = f"{PORTAL}/index?page=1"
    try:
        result = read_bytes(
            pages[first].encode("utf-8", "replace"), first, "text/html", form="portal", client=Pages(pages)
        )
    except FormatError as error:
        assert (place, error.code) == ("list", "portal_without_list")
        return
    if place == "details":
        assert {key_of(one) for one in ON_PAGES if one is not touched} <= result.datasets.keys()
    if count_read(result) < NUMBER:
        assert decisions.find_issues(result.completeness)


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "application/octet-stream", ""])
@pytest.mark.parametrize("begins", ["", "\ufeff\r\n  "])
@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"workbook.csv"}))
def test_a_catalogue_is_known_by_its_beginning_whatever_its_server_calls_it(name, begins, media_type):
    head, record, between, tail, _ = FORMATS[name]
    body = begins + head + between.join(map(record, range(NUMBER))) + tail
    is_told_by_address = name in ("ckan.json", "nxopendata.json")
    url = address(name) if is_told_by_address else "https://dept.example/export?id=1"
    result = read_bytes(body.encode(), url, media_type)
    assert (result.form, len(result.datasets)) == (name.partition(".")[0], NUMBER)
