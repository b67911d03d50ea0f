"""Every format reads the same catalogue; what is malformed is named; what is hostile is refused."""

import io
import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher, Limits, Validators
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Reading
from ckanext.nxopendata.harvest.mapping import mapper, tables
from ckanext.nxopendata.harvest.mapping.rules import Surroundings

from .generated import catalogue, render
from .generated.site import ENTRIES, site
from .server import Reply

SIZE = 45
LIMITS = Limits(retries=0, requests_per_second=0)


def read(url, form="auto", memory=None, max_pages=10_000):
    """Read a catalogue as the pipeline does: the format, the records, their completeness, the problems."""
    problems = []
    with Fetcher(AddressGuard(["127.0.0.1"]), LIMITS) as client:
        chosen = formats.get_format(form) if form != "auto" else None
        ways = formats.entry_urls(chosen, url) if chosen else [url]
        first = formats.fetch_first(ways, client, chosen.accept if chosen else "*/*")
        chosen = chosen or formats.detect(first)
        reading = Reading(url, client, problems.append, memory=memory or {}, max_pages=max_pages)
        records = list(chosen.read(first, reading))
        reading.completeness.records = len(records)
    return chosen, records, reading.completeness, problems


@pytest.fixture(scope="module")
def source():
    with site(SIZE) as made:
        yield made


def mapped(form, records):
    rules = tables.load(form.mapping)
    at_home = Surroundings("http://127.0.0.1/")
    return {r.guid: mapper.map_record(rules, r.guid, r.raw, None, at_home) for r in records}


WITHOUT = {
    "csw": {"nx_items", "nx_theme"},
    "portal": {"title_en", "urls"},
    "ckan": {"title_en", "nx_items"},
    "datajson": {"title_en", "nx_items", "nx_contact_phone"},
    "workbook": {"title_en"},
}
"""What a format cannot say."""


def told(result):
    """What the tests compare of a mapped dataset."""
    return {
        "title": result["title_translated"]["zh"],
        "title_en": result["title_translated"].get("en"),
        "notes": result["notes_translated"]["zh"],
        "tags": tuple(sorted(tag["name"] for tag in result["tags"])),
        "licence": result["nx_license_verbatim"],
        "issued": result["nx_publish_date"],
        "cycle": result["nx_update_cycle"],
        "region": result["nx_region"],
        "nx_theme": result.get("nx_theme"),
        "provider": result["@provider"],
        "nx_contact_phone": result.get("nx_contact_phone"),
        "email": result["nx_contact_email"],
        "nx_items": [(item["name"], item["type"]) for item in result.get("nx_items", ())],
        "urls": sorted(file["url"] for file in result["resources"]),
        "formats": sorted(file["format"] for file in result["resources"]),
    }


def wanted(one):
    return {
        "title": one.title,
        "title_en": one.title_en,
        "notes": one.notes,
        "tags": one.tags,
        "licence": one.licence,
        "issued": one.issued,
        "cycle": one.cycle,
        "region": one.region,
        "nx_theme": [one.theme],
        "provider": one.provider,
        "nx_contact_phone": one.phone,
        "email": one.email,
        "nx_items": [(item.name, item.type) for item in one.items],
        "urls": sorted(file.url for file in one.files),
        "formats": sorted(file.kind for file in one.files),
    }


class TestEveryFormat:
    @pytest.mark.parametrize("variant", ENTRIES)
    def test_the_same_catalogue_is_read_whole_and_mapped_without_loss(self, source, variant):
        name = variant.partition("-")[0]
        form, records, completeness, problems = read(source.url(variant))
        assert form.name == name, "detected"
        assert (completeness.closed, completeness.issues, problems) == (True, [], [])
        assert completeness.declared_total in (None, len(records))
        expected = {one.title: wanted(one) for one in catalogue.datasets(SIZE)}
        results = mapped(form, records)
        assert [p for r in results.values() for p in r.problems if name != "csw"] == []
        found = {told(r.dataset)["title"]: told(r.dataset) for r in results.values()}
        for left_out in WITHOUT.get(name, ()):
            for entry in (*expected.values(), *found.values()):
                entry.pop(left_out)
        assert found == expected

    @pytest.mark.parametrize("variant", ENTRIES)
    def test_a_second_reading_gives_the_same_hashes(self, source, variant):
        first = {r.guid: r.content_hash("") for r in read(source.url(variant))[1]}
        source.edition += 1
        second = {r.guid: r.content_hash("") for r in read(source.url(variant))[1]}
        assert first == second


class TestCkan:
    def test_a_dataset_deleted_while_reading_hides_no_other(self):
        with site(SIZE) as source:
            asked = []

            def shrinking(handler):
                reply = source.reply(handler)
                asked.append(handler.path)
                if len(asked) == 2:  # the first answer only told what the site is
                    source.listed().remove(min(source.listed(), key=lambda one: one.id))
                return reply

            source.server.fallback = shrinking
            _, records, completeness, _ = read(source.url("ckan"))
        assert {r.guid for r in records} == {one.id for one in catalogue.datasets(SIZE)}
        assert (completeness.closed, completeness.declared_total) == (True, len(records))

    def test_a_site_that_ignores_the_order_is_read_by_start(self):
        with site(SIZE) as source:
            whole = source.reply

            def plain(handler):
                handler.path = handler.path.replace("%20%2Bid%3A", "x").replace("%2Bid%3A", "x")
                return whole(handler)

            source.server.fallback = plain
            _, records, completeness, _ = read(source.url("ckan"))
        assert len({r.guid for r in records}) == len(records) == completeness.declared_total
        assert completeness.closed

    def test_a_site_that_sorts_in_its_own_way_is_read_by_start(self):
        with site(SIZE) as source:
            whole = source.reply

            def turned(handler):
                listed = source.listed()
                source._kept.clear()
                kept = source.once("list", lambda: listed)
                reply = whole(handler)
                answer = json.loads(reply.body)
                everything = sorted(kept, key=lambda one: one.title)
                start = int(handler.path.partition("start=")[2].partition("&")[0] or 0)
                shown = everything[start : start + render.PAGE]
                answer["result"] |= {"count": len(kept), "results": [render.package_of(one) for one in shown]}
                reply.body = json.dumps(answer).encode()
                return reply

            source.server.fallback = turned
            _, records, completeness, _ = read(source.url("ckan"))
        assert {r.guid for r in records} == {one.id for one in catalogue.datasets(SIZE)}
        assert (len(records), completeness.closed) == (completeness.declared_total, True)

    def test_a_site_that_refuses_the_filter_is_read_by_start(self):
        with site(SIZE) as source:
            whole = source.reply
            source.server.fallback = lambda h: Reply(status=409) if "TO%20%2A" in h.path else whole(h)
            _, records, completeness, _ = read(source.url("ckan"))
        assert (len(records), completeness.closed) == (completeness.declared_total, True)

    @pytest.mark.parametrize("refused", ["dataset_type", "sort=", "fq="])
    @pytest.mark.parametrize("status", [400, 403, 409, 500, 200])
    def test_a_site_that_refuses_how_it_is_asked_is_asked_more_plainly(self, refused, status):
        """Firewalls refuse brackets and ``OR`` (403), other software what it does not know (400, 409, 500, or 200)."""
        with site(SIZE) as source:
            whole = source.reply
            no = json.dumps({"success": False, "error": {"message": "unknown parameter"}}).encode()
            source.server.fallback = lambda h: (
                Reply(no, status=status, headers={"Content-Type": "application/json"})
                if refused in h.path and "/ckan/api" in h.path
                else whole(h)
            )
            for form in ("ckan", "auto"):
                _, records, completeness, _ = read(source.url("ckan"), form)
                assert {r.guid for r in records} == {one.id for one in catalogue.datasets(SIZE)}
                assert (len(records), completeness.closed) == (completeness.declared_total, True)

    def test_of_a_site_that_refuses_everything_its_first_words_are_told(self):
        with site(SIZE) as source:
            no = json.dumps({"success": False, "error": {"message": "Access denied"}}).encode()
            source.server.fallback = lambda h: Reply(no, headers={"Content-Type": "application/json"})
            with pytest.raises(FormatError) as raised:
                read(source.url("ckan"), "ckan")
        assert (raised.value.code, raised.value.params["reason"]) == ("ckan_not_an_answer", "Access denied")

    @pytest.mark.parametrize(
        ("url", "entry"),
        [
            (
                "https://x/",
                "https://x/api/3/action/package_search?fq=-dataset_type%3A%28harvest%20OR%20showcase%29&sort=id%20asc&rows=100",
            ),
            (
                "https://x/data/zh_Hans_CN/dataset/?tags=a",
                "https://x/data/api/3/action/package_search?fq=tags%3A%22a%22%20-dataset_type",
            ),
            (
                "https://x/organization/gat",
                "https://x/api/3/action/package_search?fq=organization%3A%22gat%22%20-dataset_type",
            ),
            (
                "https://x/api/3/action/package_search?q=a&rows=5&start=10",
                "https://x/api/3/action/package_search?q=a&fq=-dataset_type",
            ),
        ],
    )
    def test_any_address_of_a_site_leads_to_its_search_of_datasets_alone(self, url, entry):
        assert formats.entry_url(formats.get_format("ckan"), url).startswith(entry)


class TestFeed:
    def test_a_later_reading_tells_only_what_changed(self):
        with site(SIZE) as source:
            _, _, completeness, _ = read(source.url("nxopendata"))
            assert completeness.whole
            source.step = 2
            _, changes, later, _ = read(source.url("nxopendata"), memory=completeness.memory)
            assert not later.whole
            assert len(changes) == len([n for n in range(SIZE) if catalogue.edition(n, 2) != catalogue.edition(n, 0)])
            assert [r.guid for r in changes if r.withdrawn] == [catalogue.first_edition(5).id]
            _, nothing, last, _ = read(source.url("nxopendata"), memory=later.memory)
            assert (nothing, last.closed, last.memory) == ([], True, later.memory)

    def test_a_forgotten_cursor_means_to_begin_again(self):
        with site(SIZE) as source:
            whole = source.reply
            source.server.fallback = lambda h: Reply(status=409) if "cursor=99" in h.path else whole(h)
            _, records, completeness, _ = read(source.url("nxopendata"), memory={"cursor": "99"})
        assert completeness.whole
        assert len(records) == len(list(catalogue.datasets(SIZE)))

    def test_what_changes_while_we_read_is_read_by_the_next(self):
        with site(SIZE) as source:
            asked = []

            def moving(handler):
                asked.append(handler.path)
                source.step = 1 if len(asked) > 1 else 0
                return source.reply(handler)

            source.server.fallback = moving
            _, records, completeness, _ = read(source.url("nxopendata"))
            guids = [r.guid for r in records]
            assert len(guids) == len(set(guids))
            seen = {r.guid: r for r in records}
            _, again, _, _ = read(source.url("nxopendata"), memory=completeness.memory)
            seen |= {r.guid: r for r in again}
        titles = {r.raw["notes"] for r in seen.values()}
        assert titles == {one.notes for one in catalogue.datasets(SIZE, 1)}


class TestPortal:
    def test_pages_of_a_city_keep_their_filter(self, source):
        form = formats.get_format("portal")
        url = "https://x/portal/catalog/index?filterParam=region_code&filterParamCode=6402&page=7"
        assert formats.entry_url(form, url).endswith("?filterParam=region_code&filterParamCode=6402&page=1")
        assert formats.entry_url(form, "https://x").endswith("/portal/catalog/index?page=1")
        assert formats.entry_url(form, "https://x/oportal/catalog/abcd").endswith("/oportal/catalog/index?page=1")

    def test_a_page_that_fails_is_an_issue_and_the_others_stay(self):
        with site(SIZE) as source:
            source.misbehave(catalogue.first_edition(9).id.replace("-", ""), Reply(status=500))
            _, records, completeness, problems = read(source.url("portal"))
        assert len(records) == len(list(catalogue.datasets(SIZE))) - 1
        assert (completeness.closed, completeness.issues) == (False, ["page_unreadable"])
        assert [p.code for p in problems] == ["server_error"]

    def test_a_sign_in_page_is_not_a_dataset(self):
        with site(3) as source:
            login = Reply("<html><body>请登录</body></html>".encode(), headers={"Content-Type": "text/html"})
            source.misbehave(catalogue.first_edition(2).id.replace("-", ""), login)
            _, _, completeness, problems = read(source.url("portal"))
        assert [p.code for p in problems] == ["portal_without_title"]
        assert not completeness.closed

    def test_files_have_the_address_of_the_sites_download(self, source):
        _, records, _, _ = read(source.url("portal"))
        file = records[0].raw["files"][0]
        assert "/portal/catalog/download?cataId=" in file["url"]
        assert "idInRc=rc0" in file["url"]


class TestCsw:
    def test_an_exception_is_told(self, web):
        body = (
            '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception><ows:ExceptionText>'
            "不支持 GetRecords</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
        )
        web.fallback = lambda _: Reply(body.encode(), headers={"Content-Type": "application/xml"})
        with pytest.raises(FormatError, match="不支持"):
            read(web.base + "/csw", "csw")

    def test_a_prefix_that_nothing_declares_is_read_by_its_local_name(self, web):
        declared = ' xmlns:gco="http://www.isotc211.org/2005/gco"'
        page = render.csw(list(catalogue.datasets(1)), 1, 1).replace(declared, "")
        web.fallback = lambda _: Reply(page.encode(), headers={"Content-Type": "application/xml"})
        _, records, _, _ = read(web.base + "/csw", "csw")
        assert [record.guid for record in records] == [one.id for one in catalogue.datasets(1)]

    def test_a_total_that_moves_is_an_issue(self):
        with site(SIZE) as source:
            asked = []

            def growing(handler):
                asked.append(handler.path)
                source.step = 1 if len(asked) > 1 else 0
                return source.reply(handler)

            source.server.fallback = growing
            _, _, completeness, _ = read(source.url("csw"), "csw")
        assert completeness.issues == ["changed_while_reading"]
        assert not completeness.closed


class TestPackages:
    def test_a_package_of_changes_withdraws_only_what_it_says(self, web):
        body = render.gbt([catalogue.first_edition(2), catalogue.first_edition(3)])
        body = body.replace("<record>", '<record operation="update">', 1).replace(
            "<record>", '<record operation="delete">', 1
        )
        _, records, completeness, _ = read(web.put("/c.xml", body, "application/xml"))
        assert [(r.guid, r.withdrawn) for r in records] == [("306/3", False), ("306/4", True)]
        assert not completeness.whole

    def test_a_package_without_namespace_is_read(self, web):
        body = render.gbt([catalogue.first_edition(2)]).replace(
            ' xmlns="https://data.nx.example/ns/catalogue-xml/1.0"', ""
        )
        assert [r.guid for r in read(web.put("/c.xml", body, "application/xml"))[1]] == ["306/3"]

    def test_datasets_of_catalogues_in_the_catalogue_are_found(self, web):
        inner = {"@type": "dcat:Catalog", "dataset": [render.datajson_of(catalogue.first_edition(3), us3=True)]}
        body = json.loads(render.datajson([catalogue.first_edition(2)], us3=True)) | {"catalog": [inner]}
        _, records, _, _ = read(web.put("/data.json", json.dumps(body), "application/json"))
        assert [r.guid for r in records] == [catalogue.first_edition(n).iri for n in (2, 3)]


@pytest.mark.parametrize("variant", ["ckan", "csw", "nxopendata", "dcat"])
def test_a_later_page_that_is_broken_is_an_issue_and_the_first_stays(variant):
    with site(SIZE) as source:
        asked = []

        def spoiling(handler):
            asked.append(handler.path)
            reply = source.reply(handler)
            # the first answer tells only what the source is: capabilities, an unordered search
            if len(asked) == (3 if variant in ("csw", "ckan", "nxopendata") else 2):
                reply.body = reply.body[: len(reply.body) // 2]
            return reply

        source.server.fallback = spoiling
        _, records, completeness, problems = read(source.url(variant))
    assert len(records) >= render.PAGE
    assert completeness.issues
    assert set(completeness.issues) <= {"page_unreadable", "records_unreadable"}
    assert problems


BOMB = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
MALFORMED = [
    ("gbt21063", "/c.xml", lambda: render.gbt(catalogue.datasets(1))[:-200], "xml_broken", "line"),
    ("gbt21063", "/c.xml", lambda: render.gbt([]).replace("<catalogue", BOMB + "<catalogue"), "xml_doctype", "url"),
    ("gbt21063", "/c.xml", lambda: "<catalog/>", "xml_root", "root"),
    ("csw", "/csw?request=GetRecords", lambda: BOMB + render.csw([], 1, 9)[39:], "xml_doctype", "url"),
    ("datajson", "/d.json", lambda: '{"dataset": [{"identifier": "a", ', "json_broken_after", "record"),
    ("datajson", "/d.json", lambda: '{"conformsTo": "x"}', "json_without_datasets", "url"),
    ("ckan", "/api/3/action/package_search", lambda: '{"success": true, "result": {"count"', "json_broken", "line"),
    ("ckan", "/api/3/action/package_search", lambda: '{"success": false, "error": {}}', "ckan_not_an_answer", "url"),
    (
        "nxopendata",
        "/api/3/action/nx_changes_list",
        lambda: '{"success": true, "result": []}',
        "feed_not_an_answer",
        "url",
    ),
    ("portal", "/portal/catalog/index", lambda: "<html><p>维护中</p></html>", "portal_without_list", "url"),
    (
        "dcat",
        "/c.ttl",
        lambda: '<http://dept.example/1> a <http://www.w3.org/ns/dcat#Dataset> ; "',
        "rdf_broken",
        "line",
    ),
]


@pytest.mark.parametrize(("form", "path", "body", "code", "fact"), MALFORMED)
def test_a_malformed_document_is_refused_with_the_place(web, form, path, body, code, fact):
    data = body().encode()
    web.fallback = lambda _: Reply(data, headers={"Content-Type": "text/turtle" if form == "dcat" else "text/plain"})
    with pytest.raises(FormatError) as raised:
        read(web.base + path, form)
    assert raised.value.code == code
    assert raised.value.params[fact] not in (None, "", "?")


@cache
def sound(form):
    """A sound document of a format, its media type, and where it stands."""
    some = list(catalogue.datasets(4))
    pages = {
        "dcat": (render.rdf(some, "xml"), "application/rdf+xml", "/c.rdf"),
        "ckan": (
            json.dumps(
                {"success": True, "result": {"count": 2, "results": list(map(render.package_of, some))}}
            ).encode(),
            "application/json",
            "/api/3/action/package_search",
        ),
        "datajson": (render.datajson(some).encode(), "application/json", "/data.json"),
        "gbt21063": (render.gbt(some).encode(), "application/xml", "/c.xml"),
        "csw": (render.csw(some, 1, 10).encode(), "application/xml", "/csw?request=GetRecords"),
        "portal": (render.list_page(some, 1).encode(), "text/html", "/portal/catalog/index?page=1"),
        "workbook": (render.csv(some), "text/csv", "/c.csv"),
        "nxopendata": (
            json.dumps(
                {
                    "success": True,
                    "result": {
                        "changes": [render.change_of(one, one.id, "n") for one in some],
                        "cursor": "4",
                        "more": False,
                    },
                }
            ).encode(),
            "application/json",
            "/api/3/action/nx_changes_list?limit=100",
        ),
    }
    return pages[form]


FORMS = ("dcat", "ckan", "datajson", "gbt21063", "csw", "portal", "workbook", "nxopendata")


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_bytes_come_the_reading_ends_in_records_or_in_words(form, data):
    body, media_type, path = sound(form)
    for _ in range(data.draw(st.integers(0, 3))):
        begin = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 40))
        body = body[:begin] + data.draw(st.binary(max_size=20)) + body[begin + length :]
    url = f"http://dept.invalid{path}"
    chosen = formats.get_format(form)
    with Fetcher(AddressGuard(), LIMITS) as client:
        document = Document(url, 200, media_type, "", Validators(), io.BytesIO(body), size=len(body))
        chosen.recognises(document)
        reading = Reading(url, client, lambda problem: None)
        try:
            records = list(chosen.read(document, reading))
        except FormatError as error:
            assert error.code
            return
    rules = tables.load(chosen.mapping)
    for record in records:
        record.content_hash("")
        if record.guid and not record.withdrawn:
            mapper.map_record(rules, record.guid, record.raw)
