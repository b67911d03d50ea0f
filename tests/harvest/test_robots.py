"""robots.txt of a source: obeyed for the pages of portals, told for catalogues and obeyed there when asked to."""

from __future__ import annotations

import pytest

from ckanext.nxopendata.harvest.fetching.client import Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.robots import Robots
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard

from .catalogues import turtle
from .server import Reply

LIST = """<div class="top-title">共<span>{total}</span></div><ul class="bottom-content">{entries}</ul>"""
ENTRY = '<li><div class="cata-title"><a href="/portal/catalog/{key}">{key}</a></div></li>'
PAGE = '<h4>数据集{key}</h4><ul class="list-inline"><li>摘要：说明</li><li>来源部门：厅</li></ul>'


@pytest.fixture
def robots(web):
    with Fetcher(AddressGuard(["127.0.0.1"]), Limits(), user_agent="nxopendata-harvester/1.0 (+x)") as client:
        yield Robots(client)


class TestRules:
    @pytest.mark.parametrize(
        ("text", "allowed"),
        [
            ("User-agent: *\nDisallow: /private/", True),
            ("User-agent: *\nDisallow: /", False),
            ("user-agent: nxopendata-harvester\ndisallow:\n\nuser-agent: *\ndisallow: /", True),
            ("User-agent: nxopendata-harvester\nDisallow: /c", False),
            ("User-agent: otherbot\nDisallow: /", True),
            ("", True),
            ("\ufeffUser-agent: *\r\nDisallow: /c.ttl # not this one\r\n", False),
        ],
    )
    def test_a_program_reads_what_is_not_forbidden_to_it(self, web, robots, text, allowed):
        web.put("/robots.txt", text, "text/plain")
        assert robots.allows(f"{web.base}/c.ttl") is allowed
        assert robots.allows(f"{web.base}/other") is (allowed or text.count("/c") == 1)
        assert web.paths() == ["/robots.txt"]  # asked for once

    @pytest.mark.parametrize(
        ("rule", "path", "allowed"),
        [
            ("Disallow: /*.ttl$", "/data/c.ttl", False),
            ("Disallow: /*.ttl$", "/data/c.ttl?page=2", True),
            ("Disallow: /data/*/private", "/data/tjj/private/1", False),
            ("Disallow: /data/*/private", "/data/private", True),
            ("Disallow: /data\nAllow: /data/open*", "/data/open/1", True),
            ("Allow: /data/open*\nDisallow: /data", "/data/other", False),
            ("Disallow: *?cursor=", "/feed?cursor=1", False),
            ("Disallow: /目录", "/%E7%9B%AE%E5%BD%95/1", False),
        ],
    )
    def test_wildcards_and_the_longest_match_count(self, web, robots, rule, path, allowed):
        web.put("/robots.txt", f"User-agent: *\n{rule}", "text/plain")
        assert robots.allows(f"{web.base}{path}") is allowed

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(status=404),
            Reply(status=500),
            Reply(b"<html>User-agent: *\nDisallow: /</html>", headers={"Content-Type": "text/html"}),
            Reply(b"\xff\xfe\x00User-agent", headers={"Content-Type": "text/plain"}),
        ],
    )
    def test_a_host_without_one_forbids_nothing(self, web, robots, reply):
        web.replies["/robots.txt"] = reply
        assert robots.allows(f"{web.base}/c.ttl")
        assert robots.delay(f"{web.base}/c.ttl") == 0
        assert web.paths() == ["/robots.txt"]  # asked for once, whatever the answer

    @pytest.mark.parametrize(
        ("text", "seconds"), [("Crawl-delay: 2", 2), ("Crawl-delay: 9999", 30), ("Request-rate: 1/5", 5)]
    )
    def test_the_pace_that_a_host_asks_for(self, web, robots, text, seconds):
        web.put("/robots.txt", f"User-agent: *\n{text}\nDisallow: /x", "text/plain")
        assert robots.delay(web.base) == seconds

    @pytest.mark.parametrize("url", ["http://[", "http://[::1/x", "", "ftp://a.example/x"])
    def test_what_is_no_address_breaks_nothing(self, robots, url):
        assert robots.allows(url)


@pytest.mark.usefixtures("with_plugins")
class TestRuns:
    @pytest.fixture
    def codes(self, call):
        return lambda run: [p["code"] for p in call("nx_harvest_problem_list", run_id=run["id"])["problems"]]

    def test_a_catalogue_is_read_and_what_is_forbidden_told(self, web, harvest, codes):
        web.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
        run = harvest(web.put("/c.ttl", turtle(1)))
        assert (run["state"], run["counts"]["create"], codes(run)) == ("done", 1, ["robots_not_followed"])

    def test_a_source_may_ask_for_it_to_be_obeyed(self, web, harvest, codes):
        web.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
        run = harvest(web.put("/c.ttl", turtle(1)), options={"obey_robots": True})
        assert (run["state"], codes(run)) == ("failed", ["robots_forbid"])

    def test_the_site_may_have_it_obeyed_and_a_source_not(self, web, harvest, codes, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.obey_robots"] = True
        web.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
        run = harvest(web.put("/c.ttl", turtle(1)))
        assert (run["state"], codes(run)) == ("failed", ["robots_forbid"])
        run = harvest(f"{web.base}/c.ttl", options={"obey_robots": False})
        assert (run["state"], codes(run)) == ("done", ["robots_not_followed"])

    def test_pages_of_a_portal_that_are_forbidden_are_not_asked_for(self, web, harvest, codes):
        entries = "".join(ENTRY.format(key=key) for key in ("aaaa1", "aaaa2"))
        web.put("/portal/catalog/index?page=1", LIST.format(total=2, entries=entries), "text/html")
        for key in ("aaaa1", "aaaa2"):
            web.put(f"/portal/catalog/{key}", PAGE.format(key=key), "text/html")
        web.put("/robots.txt", "User-agent: *\nDisallow: /portal/catalog/aaaa2", "text/plain")
        run = harvest(f"{web.base}/portal/catalog/index", format="portal")
        assert (run["state"], run["counts"]["create"], run["doubts"]) == (
            "done",
            1,
            ["robots_forbid", "reading_not_finished", "total_not_reached"],
        )
        assert "/portal/catalog/aaaa2" not in web.paths()
        assert "robots_forbid" in codes(run)
