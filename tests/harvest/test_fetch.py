"""The guarded door: where it may go, what it may bring back, when it asks again."""

import gzip
import hashlib
import socket
import time

import pytest

from ckanext.nxopendata.harvest.errors import (
    FetchError,
    ForbiddenAddressError,
    LimitError,
    TransientFetchError,
)
from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits, Validators
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard

from .server import Reply, packed

QUICK = Limits(
    connect_seconds=2, read_seconds=1, total_seconds=3, retries=2, backoff_seconds=0.01, requests_per_second=0
)


@pytest.fixture
def client():
    with Fetcher(AddressGuard(["127.0.0.1"]), QUICK, user_agent="test-agent (+https://portal.example)") as fetcher:
        yield fetcher


class TestWhereItMayGo:
    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::",
            "::127.0.0.1",
            "64:ff9b:1::7f00:1",
            "fec0::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "198.18.0.1",
            "192.0.0.8",
            "192.88.99.1",
            "3fff::1",
            "2001:db8::1",
            "255.255.255.255",
            "2130706433",
            "0x7f.1",
            "127.1",
            "localhost",
        ],
    )
    def test_addresses_that_are_not_public_are_refused(self, host):
        with pytest.raises(ForbiddenAddressError):
            AddressGuard().resolve(host, 80)

    def test_public_addresses_are_not_refused(self):
        assert AddressGuard().resolve("1.1.1.1", 443) == ["1.1.1.1"]

    def test_a_host_is_allowed_by_name_or_network(self):
        assert AddressGuard(["localhost"]).resolve("localhost", 80)
        assert AddressGuard(["10.0.0.0/8"]).resolve("10.1.2.3", 80) == ["10.1.2.3"]

    def test_the_guard_stands_before_the_connection(self, web):
        web.put("/", "x")
        with Fetcher(AddressGuard(), QUICK) as client, pytest.raises(ForbiddenAddressError):
            client.get(web.base + "/")
        assert web.requests == []

    def test_a_redirect_into_a_private_network_is_refused(self, web, client):
        web.replies["/"] = Reply(status=302, headers={"Location": "http://10.0.0.1/secret"})
        with pytest.raises(ForbiddenAddressError):
            client.get(web.base + "/")

    def test_the_connection_goes_to_the_checked_address_although_the_name_changes_its_mind(self, web, monkeypatch):
        port = int(web.base.rpartition(":")[2])
        asked = []
        real = socket.getaddrinfo

        def rebinding(host, *args, **kwargs):
            if host != "rebind.example":
                return real(host, *args, **kwargs)
            asked.append(host)
            address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        web.put("/", "secret")
        limits = Limits(connect_seconds=0.3, retries=0)
        with Fetcher(AddressGuard(), limits) as client, pytest.raises(FetchError):
            client.get(f"http://rebind.example:{port}/")
        assert asked == ["rebind.example"]
        assert web.requests == []

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/", "gopher://x/", "http:///", "x"])
    def test_only_web_addresses_are_read(self, client, url):
        with pytest.raises(FetchError, match="address_unusable"):
            client.get(url)


class TestWhatItBringsBack:
    def test_a_document_with_its_type_and_digest(self, web, client):
        url = web.put("/a", "中文", "Text/Turtle; charset=UTF-8")
        with client.get(url) as document:
            assert document.body.read().decode() == "中文"
            assert (document.media_type, document.charset, document.size) == ("text/turtle", "utf-8", 6)
            assert len(document.sha256) == 64

    def test_it_says_who_asks_and_takes_gzip(self, web, client):
        web.replies["/"] = packed("目录".encode())
        with client.get(web.base + "/") as document:
            assert document.body.read().decode() == "目录"
        headers = web.requests[0][1]
        assert headers["User-Agent"].startswith("test-agent (+https://portal.example")
        assert headers["Accept-Encoding"] == "gzip, deflate, br"

    def test_redirects_are_followed_to_the_final_address(self, web, client):
        web.replies["/old"] = Reply(status=301, headers={"Location": "/new"})
        web.put("/new", "x")
        with client.get(web.base + "/old") as document:
            assert document.url == web.base + "/new"

    def test_unchanged_documents_are_not_sent_again(self, web, client):
        url = web.put("/a", "x", ETag='"1"')
        with client.get(url) as first, client.get(url, validators=first.validators) as second:
            assert (first.not_modified, second.not_modified) == (False, True)
        with client.get(url, validators=Validators(etag='"0"')) as other:
            assert not other.not_modified


class TestLimits:
    def test_a_redirect_loop_ends(self, web, client):
        web.replies["/"] = Reply(status=302, headers={"Location": "/"})
        with pytest.raises(LimitError, match="too_many_redirects"):
            client.get(web.base + "/")

    def test_the_body_of_a_redirect_is_not_read(self, web, client):
        def endless(handler):
            handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 99999999999\r\n\r\n")
            while True:
                handler.wfile.write(b"x" * 65536)

        web.replies["/"] = Reply(raw=endless)
        web.put("/new", "x")
        with client.get(web.base + "/") as document:
            assert document.size == 1

    def test_a_gzip_bomb_is_stopped(self, web):
        web.replies["/"] = packed(b"0" * 50_000_000)
        limits = Limits(bytes=1_000_000)
        with (
            Fetcher(AddressGuard(["127.0.0.1"]), limits) as client,
            pytest.raises(LimitError, match="too_large"),
        ):
            client.get(web.base + "/")

    @pytest.mark.parametrize(
        "start",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX-Slow: ",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;note=",
            b"HTTP/1.1 200 OK\r\n\r\n",
        ],
        ids=["body", "header", "length of a chunk", "body without length"],
    )
    def test_a_slow_drip_is_cut_off(self, web, client, start):
        sent = []

        def drip(handler):
            handler.wfile.write(start)
            for _ in range(1000):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                sent.append(1)
                time.sleep(0.2)

        web.replies["/"] = Reply(raw=drip)
        with pytest.raises(LimitError, match="too_slow"):
            client.get(web.base + "/")
        assert len(web.requests) == 1
        assert len(sent) < 1000

    def test_a_silent_server_times_out(self, web, client):
        web.replies["/"] = Reply(raw=lambda handler: time.sleep(2))
        with pytest.raises(TransientFetchError, match=r"timed_out|connection"):
            client.get(web.base + "/")


class TestAskingAgain:
    def test_a_server_error_is_asked_again(self, web, client):
        web.replies["/"] = [Reply(status=500), Reply(status=503), Reply(b"x")]
        with client.get(web.base + "/") as document:
            assert document.size == 1

    @pytest.mark.parametrize("after", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
    def test_a_server_that_asks_for_more_patience_is_left_to_the_next_run(self, web, client, after):
        web.replies["/"] = Reply(status=503, headers={"Retry-After": after})
        with pytest.raises(TransientFetchError, match="server_error"):
            client.get(web.base + "/")
        assert len(web.requests) == 1

    def test_a_storm_of_errors_ends(self, web, client):
        web.replies["/"] = Reply(status=500)
        with pytest.raises(TransientFetchError, match="server_error"):
            client.get(web.base + "/")
        assert len(web.requests) == 1 + QUICK.retries

    def test_what_is_refused_is_not_asked_again(self, web, client):
        with pytest.raises(FetchError, match="server_refused"):
            client.get(web.base + "/missing")
        assert len(web.requests) == 1

    @pytest.mark.parametrize("encoding", ["", "gzip"])
    def test_an_answer_that_breaks_off_is_asked_again_and_never_taken_for_whole(self, web, client, encoding):
        body = gzip.compress(b"y" * 10000) if encoding else b"y" * 10000
        headers = {"Content-Encoding": encoding} if encoding else {}
        half = Reply(body[: len(body) // 2], length=len(body), headers=headers)
        web.replies["/"] = [half, Reply(body, headers=headers)]
        with client.get(web.base + "/") as document:
            assert document.size == 10000

    def test_a_gzip_stream_without_its_end_is_broken(self, web, client):
        body = gzip.compress(b"y" * 100_000)[:-20]
        web.replies["/"] = Reply(body, headers={"Content-Encoding": "gzip"})
        with pytest.raises(TransientFetchError, match="connection_broken"):
            client.get(web.base + "/")

    def test_a_connection_reset_is_asked_again(self, web, client):
        def reset(handler):
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            handler.connection.close()

        web.replies["/"] = [Reply(raw=reset), Reply(b"x")]
        with client.get(web.base + "/") as document:
            assert document.size == 1


class TestResume:
    def test_after_a_broken_connection_only_the_rest_is_asked_for(self, web, client):
        body = bytes(range(256)) * 400
        half = Reply(body[:50_000], headers={"ETag": '"1"'}, length=len(body))
        rest = Reply(
            body[50_000:],
            status=206,
            headers={"ETag": '"1"', "Content-Range": f"bytes 50000-{len(body) - 1}/{len(body)}"},
        )
        web.replies["/f"] = [half, rest]
        with client.get(web.base + "/f", resume=True) as document:
            assert document.body.read() == body
            assert document.sha256 == hashlib.sha256(body).hexdigest()
        asked = web.requests[-1][1]
        assert (asked["Range"], asked["If-Range"]) == ("bytes=50000-", '"1"')

    def test_a_file_that_changed_meanwhile_is_read_from_its_beginning(self, web, client):
        new = b"new" * 20_000
        half = Reply(b"old" * 20_000, headers={"ETag": '"1"'}, length=100_000)
        web.replies["/f"] = [half, Reply(new, headers={"ETag": '"2"'})]
        with client.get(web.base + "/f", resume=True) as document:
            assert document.body.read() == new
            assert document.sha256 == hashlib.sha256(new).hexdigest()
