"""Whole runs against sequences of faults: files proved or as before, true counts, nothing withdrawn.

``NX_FAULT_SEQUENCES`` says how many sequences are tried, ``NX_FAULT_SEED`` which ones: a failure prints its seed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ..catalogues import PREFIXES
from ..server import Reply
from .misbehaving import BAD, GOOD, TABLE, misbehaving
from .test_sources import FAULTS, XXE, drip, reset

pytestmark = [pytest.mark.usefixtures("with_plugins")]

SEQUENCES = int(os.environ.get("NX_FAULT_SEQUENCES", "60"))
SEED = int(os.environ.get("NX_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
DIGEST = hashlib.sha256(TABLE).hexdigest()
NUMBER = 2
TURTLE = {"Content-Type": "text/turtle"}
KEYS = {f"https://dept.example/dataset/q{n}" for n in range(NUMBER)}


def catalogue(base, note, more="", *, number=NUMBER, letter="q"):
    """DCAT of ``number`` datasets with a file each at ``base``; ``letter`` begins their names."""
    return (
        PREFIXES
        + "".join(
            f'<https://dept.example/dataset/{letter}{n}> a dcat:Dataset ; dct:title "数据集{n}"@zh ; '
            f'dct:description "说明{note}"@zh ; dct:license "按原文" ;\n  dcat:distribution '
            f'[ a dcat:Distribution ; dct:title "文件{n}"@zh ; dct:format "CSV" ;\n  '
            f"dcat:downloadURL <{base}/f{n}.csv> ] .\n"
            for n in range(number)
        )
        + more
    ).encode()


def catalogue_faults(base, url, note):
    """What may come in place of the catalogue: the faults of sources, made of its own bytes where they are read."""
    body = catalogue(base, note)
    end = body.rindex(b"<https://dept.example/dataset/")
    pages = f"<{url}> a hydra:PagedCollection ; hydra:next "
    return {name: FAULTS[name][0] for name in BARE} | {
        "connection reset in the middle": Reply(raw=reset),
        "a slow drip": Reply(raw=drip),
        "truncated gzip": Reply(gzip.compress(body)[:-20], headers={**TURTLE, "Content-Encoding": "gzip"}),
        "gzip that is none": Reply(body, headers={**TURTLE, "Content-Encoding": "gzip"}),
        "truncated RDF": Reply(body[:-40], headers=TURTLE),
        "a statement that is broken": Reply(body[:end] + b'<x> "" ; .\n' + body[end:], headers=TURTLE),
        "one dataset less than it says": Reply(body[:end] + f"<{url}> hydra:totalItems 2 .".encode(), headers=TURTLE),
        "external entity": Reply(XXE.encode(), headers={"Content-Type": "application/rdf+xml"}),
        "a page loop": Reply(catalogue(base, note, f"{pages} <{url}-2> ."), headers=TURTLE),
        "a page that is missing": Reply(catalogue(base, note, f"{pages} <{url}-3> ."), headers=TURTLE),
        "304 that nobody asked for": Reply(status=304),
        "a JSON error": Reply(b'{"code": 500, "msg": "x"}', headers={"Content-Type": "application/json"}),
    }


BARE = (
    "a storm of 500",
    "gzip bomb",
    "truncated XML",
    "truncated JSON",
    "billion laughs",
    "redirect loop",
    "redirect into a private network",
    "redirect to the cloud's metadata",
    "a page instead",
    "nothing at all",
    "an empty but valid catalogue",
)
NAMES = sorted(catalogue_faults("", "", 0))


def present(site):
    """What the portal has of the source: dataset -> when it was written, its file."""
    from ckan import model

    from ckanext.nxopendata.harvest.models import KnownRecord, Source

    model.Session.remove()
    source = model.Session.query(Source).filter_by(name=site.name).one()
    records = model.Session.query(KnownRecord).filter_by(source_id=source.id, state="present").all()
    found = {}
    for record in records:
        package = model.Session.get_one(model.Package, record.dataset_id)
        assert package.state == "active"
        (file,) = package.resources
        found[record.guid] = (package.metadata_modified, file)
    return found


def check_counts(run, before, after, fault):
    """The counts of a run are what happened, also of one that failed."""
    counts = {kind: run["counts"].get(kind, 0) for kind in ("create", "update", "withdraw", "refused")}
    created = after.keys() - before.keys()
    updated = {guid for guid in before.keys() & after.keys() if before[guid][0] != after[guid][0]}
    assert counts == {"create": len(created), "update": len(updated), "withdraw": 0, "refused": 0}, fault
    assert before.keys() <= after.keys(), fault
    if run["state"] == "failed":
        assert not created | updated, fault
        assert sum(run["counts"].values()) == 0, fault


class TestSequences:
    def test_every_good_answer_is_stored(self, site, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.requests_per_second"] = 0
        answers = {f"f{n}.csv": answer for n, answer in enumerate(GOOD.values())}
        with misbehaving(answers) as base:
            body = catalogue(base, 0, number=len(GOOD), letter="good")
            site.source("good-answers", body, files="mirror")
            site.web.replies["/good-answers"] = Reply(body, headers=TURTLE)
            assert site.run()["state"] == "done"
            stored = present(site)
        files = {name: stored[f"https://dept.example/dataset/good{n}"][1] for n, name in enumerate(GOOD)}
        assert {name for name, file in files.items() if (file.url_type, file.hash) != ("upload", DIGEST)} == set()

    def test_whatever_happens_nothing_is_lost_and_every_file_is_proved(self, site, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.requests_per_second"] = 0
        ckan_config["ckanext.nxopendata.harvest.mirror_check_hours"] = 0
        ckan_config["ckanext.nxopendata.harvest.max_megabytes"] = 1
        ckan_config["ckanext.nxopendata.harvest.total_seconds"] = 2
        answers = {f"f{n}.csv": GOOD["plain"] for n in range(NUMBER)}
        files = GOOD | BAD
        with misbehaving(answers) as base:
            url = site.source("sequences", catalogue(base, 0), files="mirror")
            site.web.put("/sequences-2", f"{PREFIXES} <{url}-2> a hydra:PagedCollection ; hydra:next <{url}> .")
            proved: set[str] = set()
            steps = st.tuples(
                st.sampled_from(["good", "changed", *NAMES]),
                st.lists(st.sampled_from(sorted(files)), min_size=NUMBER, max_size=NUMBER),
            )
            print(f"NX_FAULT_SEED={SEED} NX_FAULT_SEQUENCES={SEQUENCES}")

            @seed(SEED)
            @given(st.lists(steps, min_size=1, max_size=3))
            @settings(
                max_examples=SEQUENCES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=[HealthCheck.too_slow],
            )
            def sequence(given_steps):
                for number, (fault, names) in enumerate(given_steps):
                    answers.update({f"f{n}.csv": files[name] for n, name in enumerate(names)})
                    good = Reply(catalogue(base, number if fault == "changed" else 0), headers=TURTLE)
                    site.web.replies["/sequences"] = catalogue_faults(base, url, number).get(fault, good)
                    before = present(site)
                    run = site.run()
                    stored = present(site)
                    assert run["state"] in ("done", "failed"), fault
                    if fault in NAMES:
                        assert run["state"] == "failed" or run["doubts"], fault
                    else:
                        assert (run["state"], sum(run["counts"].values())) == ("done", NUMBER)
                    check_counts(run, before, stored, fault)
                    assert stored.keys() <= KEYS
                    for guid, (_, file) in stored.items():
                        if file.url_type == "upload":
                            assert file.hash == DIGEST, (fault, names)
                            proved.add(guid)
                        else:
                            assert guid not in proved, (fault, names)
                            assert fault in NAMES or not GOOD.keys() >= set(names), (fault, names)
                            assert file.url.startswith(base)

            sequence()
            site.web.replies["/sequences"] = Reply(catalogue(base, 9), headers=TURTLE)
            answers.update({f"f{n}.csv": GOOD["plain"] for n in range(NUMBER)})
            assert site.run()["state"] == "done"
            assert all(file.hash == DIGEST for _, file in present(site).values())
            site.whole()


def datajson():
    datasets = [
        {
            "identifier": f"d{n}",
            "title": f"短数据集{n}",
            "description": "说明",
            "distribution": [{"title": f"文件{n}", "downloadURL": f"https://dept.example/f{n}.csv"}],
        }
        for n in range(30)
    ]
    catalogue = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": datasets}
    return json.dumps(catalogue, ensure_ascii=False).encode()


class TestLengths:
    """A Content-Length in characters ends a document of Chinese text too early."""

    @pytest.mark.parametrize("form", ["datajson", "dcat", "workbook"])
    def test_a_catalogue_that_is_cut_short_withdraws_nothing(self, site, form):
        from ..catalogues import turtle

        rows = "".join(f"214001/{n},数据集{n},说明说明说明\n" for n in range(1, 31))
        bodies = {
            "datajson": (datajson(), {"Content-Type": "application/json"}),
            "dcat": (turtle(*range(300, 330)).encode(), {"Content-Type": "text/turtle"}),
            "workbook": (f"信息资源代码,信息资源名称,信息资源摘要\n{rows}".encode(), {"Content-Type": "text/csv"}),
        }
        body, headers = bodies[form]
        site.source(f"short-{form}", body, format=form)
        site.web.replies[f"/short-{form}"] = Reply(body, headers=headers)
        number = site.run()["counts"]["create"]
        assert number == 30
        site.web.replies[f"/short-{form}"] = Reply(body, headers=headers, length=len(body.decode()))
        run = site.run()
        assert run["counts"].get("withdraw", 0) == 0
        assert run["state"] == "failed" or run["doubts"]
