"""The demo server, started for real: types, names, conditional requests, and what it refuses."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from urllib.parse import quote, urlsplit

import pytest

GB_FILE = "tjj/data/宁夏行政区划代码表.csv"


def ask(server, path, method="GET", **headers):
    """Status, headers and body; the path is sent as it is, dots and all."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class TestTypes:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("wlt/catalog.rdf", "application/rdf+xml; charset=utf-8"),
            ("xczx/catalog.ttl", "text/turtle; charset=utf-8"),
            ("yinchuan/catalog.jsonld", "application/ld+json"),
            ("tjj/catalogue.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("wlt/data/宁夏5A级旅游景区近似坐标.geojson", "application/geo+json"),
            ("wlt/data/宁夏5A级旅游景区近似坐标.csv", "text/csv; charset=utf-8"),
            (GB_FILE, "text/csv; charset=gb18030"),
        ],
    )
    def test_each_kind_of_file_has_its_type_and_character_set(self, server, folder, path, expected):
        status, headers, body = ask(server, f"/{quote(path)}")
        assert status == 200
        assert headers["Content-Type"] == expected
        assert body == (folder / path).read_bytes()
        if "charset=" in expected:
            body.decode(expected.partition("charset=")[2])

    def test_all_catalogues_of_the_list_are_served(self, server, sources):
        for source in sources:
            assert ask(server, f"/{source['path']}")[0] == 200

    def test_the_root_lists_them(self, server, sources):
        status, _, body = ask(server, "/")
        assert status == 200
        assert [line.split("\t")[0] for line in body.decode().splitlines()] == [f"/{s['path']}" for s in sources]


class TestNames:
    def test_a_file_is_offered_under_its_chinese_name(self, server):
        _, headers, _ = ask(server, f"/{quote(GB_FILE)}")
        expected = quote("宁夏行政区划代码表.csv", safe="")
        assert headers["Content-Disposition"] == f"attachment; filename=\"download.csv\"; filename*=UTF-8''{expected}"

    def test_a_catalogue_is_not_offered_for_saving(self, server):
        assert ask(server, "/wlt/catalog.rdf")[1]["Content-Disposition"] is None


class TestConditionalRequests:
    def test_the_same_etag_gives_304_without_body(self, server):
        _, headers, _ = ask(server, "/xczx/catalog.ttl")
        status, again, body = ask(server, "/xczx/catalog.ttl", **{"If-None-Match": f'"other", W/{headers["ETag"]}'})
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])

    def test_another_etag_gives_the_file_even_if_the_date_matches(self, server):
        _, headers, _ = ask(server, "/xczx/catalog.ttl")
        dated = {"If-None-Match": '"other"', "If-Modified-Since": headers["Last-Modified"]}
        assert ask(server, "/xczx/catalog.ttl", **dated)[0] == 200

    def test_the_date_of_the_last_change_gives_304_and_an_older_one_the_file(self, server):
        _, headers, _ = ask(server, "/wlt/catalog.rdf")
        since = "If-Modified-Since"
        assert ask(server, "/wlt/catalog.rdf", **{since: headers["Last-Modified"]})[0] == 304
        assert ask(server, "/wlt/catalog.rdf", **{since: "Thu, 01 Jan 2015 00:00:00 GMT"})[0] == 200
        assert ask(server, "/wlt/catalog.rdf", **{since: "yesterday"})[0] == 200

    def test_head_has_the_headers_of_get_and_no_body(self, server, folder):
        _, full, _ = ask(server, "/tjj/catalogue.xlsx")
        status, headers, body = ask(server, "/tjj/catalogue.xlsx", "HEAD")
        assert (status, body) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Content-Disposition"):
            assert headers[name] == full[name]
        assert int(headers["Content-Length"]) == (folder / "tjj" / "catalogue.xlsx").stat().st_size


class TestRefusals:
    @pytest.mark.parametrize(
        "path",
        [
            "/build.py",
            "/sources.json",
            "/facts/divisions.csv",
            "/tjj/../facts/divisions.csv",
            "/tjj/%2e%2e/facts/divisions.csv",
            "/tjj/..%2ffacts%2fdivisions.csv",
            "/tjj/data/..%5c..%5cbuild.py",
            "//facts/divisions.csv",
            "/tjj//catalogue.xlsx",
            "/tjj/./catalogue.xlsx",
            "/tjj/catalogue.xlsx%00.csv",
            "/tjj/data/",
            "/tjj",
            "/tjj/data/%ff.csv",
            f"/tjj/{'x' * 5000}.csv",
            "/etc/passwd",
        ],
    )
    def test_nothing_but_files_of_the_departments(self, server, path):
        status, _, body = ask(server, path)
        assert (status, body) == (404, b"not found\n")

    def test_nothing_can_be_written(self, server):
        for method in ("POST", "PUT", "DELETE"):
            assert ask(server, "/tjj/catalogue.xlsx", method)[0] == 501


class TestStarting:
    def test_a_port_in_use_is_a_plain_message(self, server, folder):
        port = str(urlsplit(server).port)
        command = [sys.executable, str(folder / "server.py"), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 1
        assert f"端口 {port} 不可用" in done.stderr
        assert "Traceback" not in done.stderr

    def test_it_listens_on_the_loopback_address_alone(self, server):
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", urlsplit(server).port), 5):
            pass
