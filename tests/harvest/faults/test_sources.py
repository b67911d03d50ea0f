"""Sources that misbehave: whatever they answer, the next good answer finds everything as it was."""

from __future__ import annotations

import gzip
import socket
import struct
import time

import pytest

from ..catalogues import PREFIXES, dataset, page, turtle
from ..server import Reply
from .conftest import catalogue, changes

pytestmark = [pytest.mark.usefixtures("with_plugins")]

TURTLE = {"Content-Type": "text/turtle"}
XML = {"Content-Type": "application/rdf+xml"}
LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rdf:RDF>&b;</rdf:RDF>'
XXE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF>&x;</rdf:RDF>'


def reset(handler):
    """Half a page, then RST instead of FIN."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/turtle")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(turtle(1).encode())
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def drip(handler):
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/turtle")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"#")
        handler.wfile.flush()
        time.sleep(0.1)


def good():
    return turtle(*range(1, 31)).encode()


FAULTS = {
    "connection reset in the middle": (Reply(raw=reset), "connection_broken"),
    "a storm of 500": (Reply(status=500), "server_error"),
    "a slow drip": (Reply(raw=drip), "too_slow"),
    "truncated gzip": (
        Reply(gzip.compress(good())[:-20], headers={**TURTLE, "Content-Encoding": "gzip"}),
        "connection_broken",
    ),
    "gzip that is none": (Reply(good(), headers={**TURTLE, "Content-Encoding": "gzip"}), "compression_broken"),
    "gzip bomb": (
        Reply(gzip.compress(b" " * 40_000_000), headers={**TURTLE, "Content-Encoding": "gzip"}),
        "too_large",
    ),
    "truncated RDF": (Reply(good()[:-100], headers=TURTLE), None),
    "truncated XML": (Reply(b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="x"><a>', headers=XML), "rdf_broken"),
    "truncated JSON": (Reply(b'{"@context": {}, "@graph": [', headers={"Content-Type": "application/ld+json"}), None),
    "external entity": (Reply(XXE.encode(), headers=XML), "xml_doctype"),
    "billion laughs": (Reply(LAUGHS.encode(), headers=XML), "xml_doctype"),
    "redirect loop": (Reply(status=302, headers={"Location": "/fault"}), "too_many_redirects"),
    "redirect into a private network": (
        Reply(status=302, headers={"Location": "http://10.0.0.1/"}),
        "address_forbidden",
    ),
    "redirect to the cloud's metadata": (
        Reply(status=302, headers={"Location": "http://169.254.169.254/latest"}),
        "address_forbidden",
    ),
    "a page instead": (Reply(b"<!doctype html><html>", headers={"Content-Type": "text/html"}), "format_not_recognised"),
    "nothing at all": (Reply(b"", headers=TURTLE), None),
    "an empty but valid catalogue": (Reply(PREFIXES.encode(), headers=TURTLE), None),
    "a page loop": (Reply(page("/fault", list(range(1, 20)), "/fault-2").encode(), headers=TURTLE), None),
    "fewer than it says": (Reply(page("/fault", list(range(1, 20)), None, 30).encode(), headers=TURTLE), None),
    "no identifier": (Reply(good() + b'[] a dcat:Dataset ; dct:title "x"@zh .', headers=TURTLE), None),
}
"""What the source answers, and the code of the problem that ends the run; None: the run ends well."""


class TestSources:
    def test_whatever_the_source_answers_nothing_is_lost(self, site, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.total_seconds"] = 1
        ckan_config["ckanext.nxopendata.harvest.max_megabytes"] = 20
        keys = list(range(1, 31))
        site.source("fault", good())
        assert changes(site.run()) == {"create": 30}
        for fault, (reply, code) in FAULTS.items():
            site.web.replies["/fault"] = reply
            site.web.put("/fault-2", page("/fault-2", [20], "/fault"))
            run = site.run()
            if code:
                assert (run["state"], site.problems(run)) == ("failed", [code]), fault
            else:
                assert run["state"] == "failed" or run["doubts"], fault
            assert not {"withdraw", "update", "create"} & changes(run).keys(), fault
            site.web.replies["/fault"] = Reply(good(), headers=TURTLE)
        ckan_config["ckanext.nxopendata.harvest.total_seconds"] = 600
        site.sound(*keys)

    def test_a_wrong_encoding_declared_does_no_harm(self, site):
        body = turtle(50).encode("gb18030")
        site.source("encoding", body)
        site.web.put("/encoding", body, "text/turtle; charset=iso-8859-1")
        assert changes(site.run()) == {"create": 1}
        assert site.call("package_show", id="shu-ju-ji-50")["title"] == "数据集50"
        site.web.put("/encoding", body + b"# again", "text/turtle; charset=utf-8")
        assert changes(site.run()) == {"unchanged": 1}
        site.whole()

    def test_a_catalogue_that_halves_waits_for_a_person(self, site):
        keys, body = catalogue(200, 40)
        site.source("halves", body)
        site.run()
        site.web.put("/halves", turtle(*keys[:20]))
        run = site.run()
        assert (run["state"], run["note"], changes(run)) == (
            "held",
            {"held": "fuse"},
            {"withdraw": 20, "unchanged": 20},
        )
        site.web.put("/halves", body)
        again = site.run()
        assert changes(again) == {"unchanged": 40}
        outdated = site.call("nx_harvest_run_show", id=run["id"])
        assert (outdated["state"], outdated["note"]["superseded_by"]) == ("cancelled", again["id"])
        site.sound(*keys)

    def test_identifiers_that_are_strange_or_change(self, site):
        quoted = (
            '[] a dcat:Dataset ; dct:title "引号"@zh ; dct:description "y"@zh ; dct:identifier "a\\"b\\\\c\'d%_;--" .'
        )
        long = f"[] a dcat:Dataset ; dct:title '长'@zh ; dct:identifier '{'长' * 3_500}' ."
        body = PREFIXES + dataset("s1") + quoted + long + quoted.replace("引号", "重复")
        site.source("strange", body)
        run = site.run()
        assert changes(run) == {"create": 2, "refused": 2}
        assert sorted(site.problems(run)) == ["identifier_repeated", "identifier_too_long"]
        site.web.put("/strange", PREFIXES + dataset("s2") + quoted)
        run = site.run()
        assert (run["state"], changes(run)) == ("held", {"create": 1, "withdraw": 1, "unchanged": 1})
        assert site.call("nx_harvest_run_approve", id=run["id"])["state"] == "done"
        site.web.put("/strange", PREFIXES + dataset("s2") + quoted + "# again")
        assert changes(site.run()) == {"unchanged": 2}
        site.whole()
