"""HTTP as servers really are: what is odd is read, what is wrong is told, and a file is the file or nothing."""

from __future__ import annotations

import io
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FetchError, HarvestError
from ckanext.nxopendata.harvest.fetching import addresses, http_headers
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher, Limits, Validators
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Reading
from ckanext.nxopendata.harvest.mirror import copy

from ..server import Reply, serving
from .misbehaving import BAD, GOOD, NAMES, TABLE, Answer, Headers, misbehaving, named

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


def prove(body, media_type, name, declared=""):
    """Check a body as the mirror checks an answer; the code of what is wrong with it."""
    raw = body.encode() if isinstance(body, str) else body
    document = Document("https://dept.example/x", 200, media_type, "", Validators(), io.BytesIO(raw), len(raw))
    try:
        copy._check_type(document, {"format": declared}, f"https://dept.example/{name}")
    except HarvestError as error:
        return error.code
    return None


ZIPPED = b"PK\x03\x04" + b"x" * 200 + b"PK\x05\x06" + b"\0" * 18
PROVED = {
    "JSON as a page": ('{"code": 200, "data": [{"name": "甲"}]}', "text/html", "a.json"),
    "a list as a page": ('[{"name": "<p>甲</p>"}]', "text/html", "list.do"),
    "XML as a page": ("<?xml version='1.0'?><rows><row>1</row><row>2</row></rows>", "text/html", "a.xml"),
    "a workbook as a page": (ZIPPED, "text/html", "a.xlsx"),
    "a table as a page, its format untold": ("编号,名称\n1,甲\n2,乙", "text/html", "download?id=1"),
    "a table with words of failure": ("编号,状态\n1,失败\n2,异常", "text/csv", "a.csv"),
    "only a header": ("企业名称,经营异常原因,列入日期", "text/csv", "a.csv"),
    "only a column": ("名称\n甲\n乙", "text/csv", "a.csv"),
    "a page that is said to be one": ("<html><body>办事指南</body></html>", "text/html", "a.html"),
    "a page of Excel": ('<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>', "text/html", "a.xls"),
    "data with a code": ('{"code": 640000, "name": "宁夏", "message": "x", "area": 66400}', "application/json", "a"),
    "GeoJSON": ('{"type": "FeatureCollection", "features": []}', "application/json", "a.geojson"),
    "a column of words": ("状态\n正常\n异常", "text/csv", "a.csv"),
    "a column as a page": ("名称\n甲\n乙\n丙\n丁", "text/html", "a.csv"),
    "a figure": ('{"code": 200, "result": {"population": 7202654}}', "application/json", "a.json"),
    "faults of the earth": ('{"faults": [1, 2, 3, 4, 5, 6], "default": 5}', "application/json", "a.json"),
    "what is set by default": ('{"default": 5}', "application/json", "a.json"),
    "an XML record with a code": (
        f'<road code="404"><name>{"清水河" * 100}</name><name>x</name></road>',
        *("text/xml", "a.xml"),
    ),
    "rows with codes": ("<rows><code>401</code><code>402</code></rows>", "text/xml", "a.xml"),
    "packed shapes": (ZIPPED, "application/zip", "a.shp"),
    "Turtle as text": ("@prefix a: <b:> .\n<c:d> a a:E .", "text/plain", "a.ttl"),
    "what nobody knows": (b"\x01\x02\x03", "application/octet-stream", "a.dat"),
    "what a server does not know": (ZIPPED, "text/plain", "a.dat"),
}
UNPROVED = {
    "a sentence, its format untold": ("系统繁忙，请稍后再试", "text/html", "a"),
    "a sentence in English": ("Please log in", "text/html", "download?id=1"),
    "a sentence of no suffix": ("Please log in", "text/plain", "download?id=1"),
    "a sentence for a map": ("系统繁忙", "application/octet-stream", "a.shp"),
    "a sentence for a database": ("系统繁忙", "", "a.gpkg"),
    "words for a map": ("甲乙丙", "", "a.shp"),
    "a sentence for a text": ("系统繁忙", "text/plain", "a.txt"),
    "a page, its format untold": ("<html>登录</html>", "text/html", "download?id=1"),
    "a page for a service": ("<html>登录</html>", "text/html", "x", "API"),
    "a page in UTF-16 without a mark": ("<html>login</html>".encode("utf-16-le"), "text/csv", "a.csv"),
    "a PDF for a table": (b"%PDF-1.4 %%EOF", "application/pdf", "a.csv"),
    "text for a PDF": ("甲,乙", "application/pdf", "download?id=1"),
    "an XML error": ("<response><code>401</code><msg>未登录</msg></response>", "application/xml", "a.xml"),
    "an XML error in parts": (
        "<R><header><code>E1</code><message>请求失败</message></header><body/></R>",
        "text/xml",
        "a.xml",
    ),
    "a JSON error for a page": ('{"code": 401, "msg": "未登录"}', "application/json", "a.html"),
    "a list of one error": ('[{"errorCode": "INVALID_SESSION_ID", "message": "x"}]', "application/json", "a.json"),
    "a token that ended": ('{"code": "1001", "message": "token失效", "data": null}', "application/json", "a.json"),
    "an answer without data": ('{"code": 0, "msg": "ok", "data": []}', "application/json", "a.json"),
    "nothing in JSON": ("null", "application/json", "a.json"),
    "false in JSON": ("false", "application/json", "a.json"),
    "a JSON error in another": ('{"resp": {"code": "401", "msg": "x"}}', "application/json", "a.json"),
    "an XML error in an attribute": ('<rsp stat="fail"><err code="1"/></rsp>', "application/xml", "a.xml"),
    "a word in JSON": ('"Unauthorized"', "application/json", "a.json"),
    "blanks in UTF-16": ("\ufeff\r\n".encode("utf-16-le"), "text/csv", "a.csv"),
    "half a workbook": (ZIPPED[:-30], "application/octet-stream", "a.xlsx"),
    "half a PDF": (b"%PDF-1.7\n" + b"x" * 100, "application/pdf", "a.pdf"),
    "half of a JSON list": ('[{"a": 1}, {"a": ', "application/json", "a.json"),
    "half of an XML document": ("<rows><row>1</row><ro", "application/xml", "a.xml"),
}


@pytest.mark.parametrize("what", PROVED)
def test_what_the_bytes_prove_is_taken_whatever_the_server_calls_it(what):
    assert prove(*PROVED[what]) is None


@pytest.mark.parametrize("what", UNPROVED)
def test_what_nothing_proves_is_no_file_although_no_format_is_told(what):
    assert prove(*UNPROVED[what]) in {
        *("file_is_an_error", "file_is_a_page", "file_empty", "file_of_another_type", "file_incomplete"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "<a>" + " " * 60_000 + "<b>",
        "<a>" + "<b><![CDATA[" * 5_000 + "]]></a>",
        "<a>" + " " * 900_000,
        "f(" + ") " * 30_000,
        "f(" + ")" + " " * 60_000 + "x",
        "Warning: " + " in " * 15_000,
        "a." * 30_000,
        "From: x\n" + " \n" * 30_000,
        "<" + "a:" * 30_000,
        "[" * 500_000,
        "{" + '"a":{' * 100_000,
        "<!--" * 15_000,
        "Content-Type: " + "x: y\n" * 10_000,
        "var x = " + " " * 50_000 + "y",
        "<error>" + "<![CDATA[" * 5_000 + "<message " * 5_000,
        "select " + "x from" * 10_000,
        ",;\t|" * 15_000 + "\n" + ",;\t|" * 15_000,
    ],
    ids=range(17),
)
@pytest.mark.parametrize("declared", ["", "CSV", "XML", "JSON"])
def test_no_answer_takes_long_to_prove(text, declared):
    begun = time.process_time()
    prove(text, "text/html" if declared == "CSV" else "", "x", declared)
    assert time.process_time() - begun < 2


@given(
    st.text(st.sampled_from('<>{}[]()":,;\n a1错误/!-=é'), max_size=200), st.sampled_from(["", "CSV", "JSON", "XML"])
)
def test_no_text_breaks_the_proof(text, declared):
    assert (prove(text, "", "x", declared) or "file_").startswith("file_")


@pytest.mark.parametrize("way", NAMES)
def test_the_name_of_a_file_stands_in_the_header(base, client, way):
    name = fetch_file(client, f"{base}/{quote(way)}")[1]
    wanted = NAMES[way][1]
    assert name == (wanted if not wanted.startswith("file.") else f"{way}.csv")


LETTER = "/%C3%A9.csv"
TYPED = {
    "{base}/数据 目录/2023年 (1).csv": quote("/数据 目录/2023年 (1).csv", safe="/()"),
    "{base}/" + quote("数据 目录/2023年 (1).csv"): quote("/数据 目录/2023年 (1).csv"),
    "{base}/100%完成.csv": f"/100%25{quote('完成')}.csv",
    "{base}/a[1].csv": "/a%5B1%5D.csv",
    "{base}/a+b&c=d.csv": "/a+b&c=d.csv",
    "{base}/a%20b.csv": "/a%20b.csv",
    "{base}/x^y`z.csv": "/x%5Ey%60z.csv",
    "{base}/表#1.csv": f"/{quote('表')}",
    "{base}/f.csv?名=值 1&x=%20": f"/f.csv?{quote('名')}={quote('值 1')}&x=%20",
    " {base}/a%5B1%5D.csv ": "/a%5B1%5D.csv",
    "{BASE}/é.csv": LETTER,
    "{base}//é.csv": LETTER,  # the server of these tests makes one stroke of the two
    "{base}/a//é.csv": f"/a/{LETTER}",
    "{base}/./x/../é.csv": LETTER,
    "{base}/é.csv#sheet2": LETTER,
    "<{base}/a.csv>": "/a.csv",
    "\u200b{base}/a.csv\u3000": "/a.csv",
    "{base}/a\n.csv": "/a.csv",
    '{base}/{{"wkid":4490}}.csv': "/%7B%22wkid%22:4490%7D.csv",
    "{wide}/a.csv": "/a.csv",
}
"""As a person typed it -> what is asked for: encoded once."""


@pytest.fixture(scope="module")
def echo():
    with misbehaving({}, echo=True) as address:
        yield address


@pytest.mark.parametrize("typed", TYPED)
def test_addresses_that_people_type_lead_to_the_file(echo, client, typed):
    url = typed.format(base=echo, BASE=echo.upper(), wide=echo.replace("http:", "ｈｔｔｐ："))
    body = fetch_file(client, addresses.read_address(url))[0].decode()
    assert body == TABLE.decode() + f"{TYPED[typed]},1\r\n"
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


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("{base}/数据 目录/2023年 (1).csv", "2023年 (1).csv"),
        ("{base}/" + quote("数据 目录/2023年 (1).csv"), "2023年 (1).csv"),
        ("{base}/100%完成.csv", "100%完成.csv"),
        ("{base}/a%5B1%5D.csv", "a[1].csv"),
        ("{base}/a+b&c=d.csv", "a+b&c=d.csv"),
        ("{base}/x^y`z.csv", "x^y`z.csv"),
        ("{base}/表#1.csv", "表.csv"),
        ("{base}/é.csv#sheet2", "é.csv"),
        ("{base}/f.csv?名=值 1", "f.csv"),
        ("{base}/" + quote("人口.csv".encode("gbk")), "人口.csv"),
        ("{base}/", "file.csv"),
    ],
)
def test_a_file_is_called_what_its_address_says_as_it_was_typed(echo, client, typed, name):
    assert fetch_file(client, addresses.read_address(typed.format(base=echo)))[1] == name


def test_an_address_that_no_server_takes_is_not_asked_for(echo, client):
    with pytest.raises(HarvestError) as raised:
        client.get(f"{echo}/{'a' * 9_000}")
    assert (raised.value.code, raised.value.params["limit"]) == ("address_too_long", 8000)


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


@pytest.mark.parametrize("coding", ["UTF-8", "none", "", "identity, identity", "aws-chunked"])
def test_a_catalogue_whose_coding_is_none_is_read_and_its_file(client, coding):
    headers: Headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    answers = {"f.csv": Answer(headers={"Content-Type": "text/csv", "Content-Encoding": coding})}
    with misbehaving(answers) as base:
        file = {"title": "文件", "downloadURL": f"{base}/f.csv"}
        dataset = {"identifier": "a", "title": "数据集", "description": "说明", "distribution": [file]}
        answers["c.json"] = Answer(json.dumps({"conformsTo": "x", "dataset": [dataset]}).encode(), headers=headers)
        reading = Reading(f"{base}/c.json", client, pytest.fail)
        (record,) = formats.get_format("datajson").read(client.get(reading.url), reading)
        assert record.guid == "a"
        assert fetch_file(client, record.raw["distribution"][0]["downloadURL"])[0] == TABLE


WHOLE = TABLE * 2_000
HALF = 30_000
REST = f"bytes {HALF}-{len(WHOLE) - 1}/{len(WHOLE)}"


def _broken_off(handler):
    handler.send_response(200)
    for name, value in {"Content-Type": "text/csv", "ETag": '"v1"', "Content-Length": str(len(WHOLE))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(WHOLE[:HALF])
    handler.wfile.flush()


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        (WHOLE[HALF:], 206, {"ETag": '"v1"', "Content-Range": REST}),
        (WHOLE[HALF - 5_000 :], 206, {"ETag": '"v1"', "Content-Range": REST.replace("30000", "25000")}),
        (WHOLE[HALF:], 206, {"ETag": '"v1"'}),
        (WHOLE[HALF : HALF + 100], 206, {"ETag": '"v1"', "Content-Range": f"bytes 30000-30099/{len(WHOLE)}"}),
        (b"x" * (len(WHOLE) - HALF), 206, {"ETag": '"v2"', "Content-Range": REST}),
        (b"--x\r\n", 206, {"Content-Type": "multipart/byteranges; boundary=x"}),
        (b"", 416, {"Content-Range": f"bytes */{len(WHOLE)}"}),
    ],
    ids=["the rest", "another part", "no range", "too little", "another version", "several parts", "none"],
)
def test_a_file_that_broke_off_is_joined_only_with_its_rest(body, status, headers):
    whole = Reply(WHOLE, headers={"Content-Type": "text/csv", "ETag": '"v1"'})
    with serving() as web, Fetcher(AddressGuard(["127.0.0.1"]), Limits(retries=3, backoff_seconds=0.01)) as client:
        web.replies["/f.csv"] = [
            Reply(raw=_broken_off),
            Reply(body, status, {"Content-Type": "text/csv"} | headers),
            whole,
        ]
        assert fetch_file(client, f"{web.base}/f.csv")[0] == WHOLE


def test_a_conditional_question_may_be_answered_304(client):
    with misbehaving({"x.csv": Answer(b"", 304)}) as base, pytest.raises(FetchError) as raised:
        client.get(f"{base}/x.csv")
    assert raised.value.code == "not_modified_unasked"
