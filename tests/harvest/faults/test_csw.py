"""Catalogue services as they answer."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Reading
from ckanext.nxopendata.harvest.planning import decisions

from ..server import Reply, serving

NAMESPACES = (
    'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:gmd="http://www.isotc211.org/2005/gmd" '
    'xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gmi="http://www.isotc211.org/2005/gmi" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def iso(number, root="gmd:MD_Metadata"):
    return (
        f"<{root}><gmd:fileIdentifier><gco:CharacterString>id-{number:03}</gco:CharacterString></gmd:fileIdentifier>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>"
        f"<gco:CharacterString>气象数据{number}</gco:CharacterString></gmd:title></gmd:CI_Citation></gmd:citation>"
        f"</gmd:MD_DataIdentification></gmd:identificationInfo></{root}>"
    )


def mixed(number):
    return iso(number, "gmd:MD_Metadata" if number == 3 else "gmi:MI_Metadata")


def brief(number):
    return f"<csw:Record><dc:identifier>dc-{number}</dc:identifier></csw:Record>"


def read(record, total, most, *, tells_next):
    def answer(handler):
        asked = {key.lower(): values[0] for key, values in parse_qs(urlsplit(handler.path).query).items()}
        start, rows = int(asked.get("startposition", 1)), min(int(asked.get("maxrecords", 10)), most)
        numbers = range(start, min(start + rows, total + 1))
        following = f' nextRecord="{start + rows if start + rows <= total else 0}"' if tells_next else ""
        body = (
            f"<csw:GetRecordsResponse {NAMESPACES}><csw:SearchResults numberOfRecordsMatched='{total}'{following}>"
            f"{''.join(map(record, numbers))}</csw:SearchResults></csw:GetRecordsResponse>"
        )
        return Reply(body.encode(), headers={"Content-Type": "application/xml"})

    form, problems = formats.get_format("csw"), []
    with serving() as web, Fetcher(AddressGuard(["127.0.0.1"]), Limits(retries=0, requests_per_second=0)) as client:
        web.fallback = answer
        url = f"{web.base}/csw"
        reading = Reading(url, client, problems.append)
        records = list(form.read(client.get(formats.entry_url(form, url)), reading))
    reading.completeness.records = len(records)
    return records, reading.completeness, problems


@pytest.mark.parametrize("tells_next", [True, False])
def test_a_service_without_next_record_is_read_by_counting(tells_next):
    records, completeness, problems = read(iso, 25, 10, tells_next=tells_next)
    assert [record.guid for record in records] == [f"id-{number:03}" for number in range(1, 26)]
    assert (decisions.find_issues(completeness), problems) == ([], [])


def test_mi_metadata_of_weather_services_is_read():
    records, completeness, problems = read(mixed, 6, 100, tells_next=True)
    assert len(records) == 6
    assert (decisions.find_issues(completeness), problems) == ([], [])


def test_records_of_another_kind_are_named():
    records, completeness, problems = read(brief, 5, 100, tells_next=True)
    assert records == []
    assert "records_of_another_kind" in decisions.find_issues(completeness)
    assert [(p.code, p.params["name"], p.params["number"]) for p in problems] == [
        ("records_of_another_kind", "Record", 5)
    ]


def test_a_page_without_records_before_the_end_is_said_to_be_empty():
    records, completeness, problems = read(lambda number: "" if number > 10 else iso(number), 25, 10, tells_next=True)
    assert len(records) == 10
    assert "page_empty" in decisions.find_issues(completeness)
    assert [(p.code, p.params) for p in problems] == [("page_empty", {"seen": 10, "total": 25})]
