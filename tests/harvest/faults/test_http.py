"""HTTP as servers really are: what is odd is read, what is wrong is told, and a file is the file or nothing."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.harvest.errors import FetchError, HarvestError
from ckanext.nxopendata.harvest.fetching import addresses, http_headers
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.mirror import copy

from .misbehaving import BAD, GOOD, NAMES, TABLE, Answer, misbehaving, named

LIMITS = Limits(connect_seconds=2, read_seconds=2, total_seconds=5, retries=0, requests_per_second=0)


@pytest.fixture(scope="module")
def base():
    with misbehaving(GOOD | BAD | {key: named(header) for key, (header, _) in NAMES.items()}) as address:
        yield address


@pytest.fixture
def client():
    with Fetcher(AddressGuard(["127.0.0.1"]), LIMITS) as fetcher:
        yield fetcher


def fetch_file(client, url):
    """Read a CSV as the mirror does: its bytes and its name."""
    with client.get(url, resume=True) as document:
        file = {"format": "CSV"}
        copy._check_type(document, file, url)
        return document.body.read(), copy._file_name(document, file)


@pytest.mark.parametrize("fault", GOOD)
def test_what_a_browser_gets_is_got(base, client, fault):
    assert fetch_file(client, f"{base}/{quote(fault)}")[0] == TABLE


@pytest.mark.parametrize("fault", BAD)
def test_what_is_not_the_file_is_told_and_never_taken(base, client, fault):
    with pytest.raises(HarvestError) as raised:
        fetch_file(client, f"{base}/{quote(fault)}")
    assert raised.value.code


@pytest.mark.parametrize("way", NAMES)
def test_the_name_of_a_file_stands_in_the_header(base, client, way):
    name = fetch_file(client, f"{base}/{quote(way)}")[1]
    wanted = NAMES[way][1]
    assert name == (wanted if not wanted.startswith("file.") else f"{way}.csv")


@pytest.mark.parametrize(
    "typed",
    [
        "{base}/数据 目录/2023年 (1).csv",
        "{base}/100%完成.csv",
        "{base}/a[1].csv",
        "{base}/a+b&c=d.csv",
        "{base}/a%20b.csv",
        "{base}/x^y`z.csv",
        "{base}/表#1.csv",
        " {base}/a%5B1%5D.csv ",
        "{BASE}/é.csv",
        "{base}//é.csv",
        "{base}/é.csv#sheet2",
        "<{base}/a.csv>",
        "\u200b{base}/a.csv\u3000",
        "{base}/a\n.csv",
        '{base}/{{"wkid":4490}}.csv',
        "{wide}/a.csv",
    ],
)
def test_addresses_that_people_type_lead_to_the_file(base, client, typed):
    url = typed.format(base=base, BASE=base.upper(), wide=base.replace("http:", "ｈｔｔｐ："))
    assert fetch_file(client, addresses.read_address(url))[0] == TABLE
    once = addresses.to_request(url)
    assert addresses.to_request(once) == once


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            " ",
            "N/A",
            "暂无",
            "www",
            "ttps://a.example/",
            "http:/a.example",
            "http://",
            "http:///x",
            "https://a b/",
        ),
        *("http：/a.example/", "http://a.example／1.csv", "http://[IP地址]/", "http://[::1/x", "https://a.example]"),
        *("http://a..example/", "http://.example/", "http://a.example:99999/", "http://a.example:8x/", "mailto:a@b.cn"),
        *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "C:\\a.csv", "\\\\server\\share", "//x"),
        *(
            "http://a.example：8443/",
            "http://a.example？id=7",
            "http://<![CDATA[http://a.example]]>",
            "a.example/1.csv",
        ),
    ],
)
def test_what_is_no_address_is_refused_as_such(typed):
    with pytest.raises(AddressError):
        addresses.read_address(typed)


@given(st.text())
def test_no_text_breaks_the_reading_of_addresses(text):
    for function in (addresses.read_address, addresses.to_request, lambda t: addresses.follow("http://a.example/", t)):
        try:
            address = function(text)
        except AddressError:
            continue
        assert addresses.read_address(address) == address


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_breaks_its_reading(text):
    http_headers.file_name(text)
    http_headers.content_codings(text)
    http_headers.media_type(text)
    wait = http_headers.seconds_to_wait(text)
    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5), (" 5 ", 5), ("5.5", 5), ("5s", 5), ("²", None), ("", None), ("-1", None), ("soon", None), ("٣", None)],
)
def test_a_time_to_wait_in_any_form(header, seconds):
    assert http_headers.seconds_to_wait(header) == seconds


def test_a_time_to_wait_as_a_date():
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert http_headers.seconds_to_wait(past) == 0
    assert http_headers.seconds_to_wait("Sunday, 06-Nov-94 08:49:37 GMT") == 0
    ahead = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    assert 50 < (http_headers.seconds_to_wait(ahead) or 0) <= 60


ANSWERS: dict[str, Answer] = {**GOOD, **BAD}


@given(st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=4))
@settings(max_examples=500, deadline=None)
def test_whatever_a_server_answers_a_copy_is_the_file_or_as_before(base, faults):
    copies = {}
    with Fetcher(AddressGuard(["127.0.0.1"]), LIMITS) as client:
        for fault in faults:
            before = copies.get("file")
            try:
                copies["file"] = fetch_file(client, f"{base}/{quote(fault)}")[0]
            except HarvestError as error:
                assert error.code
                assert copies.get("file") == before
            assert copies.get("file") in (None, TABLE)
            assert (copies.get("file") == TABLE) == (before == TABLE or fault in GOOD)


def test_a_conditional_question_may_be_answered_304(client):
    with misbehaving({"x.csv": Answer(b"", 304)}) as base, pytest.raises(FetchError) as raised:
        client.get(f"{base}/x.csv")
    assert raised.value.code == "not_modified_unasked"
