"""Whole runs against sequences of faults: files proved or as before, true counts, nothing withdrawn.

``NX_FAULT_SEQUENCES`` says how many sequences are tried; 500 by hand, a few in each run of the tests.
"""

from __future__ import annotations

import hashlib
import json
import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ..server import Reply
from .misbehaving import BAD, GOOD, TABLE, misbehaving
from .test_sources import FAULTS

pytestmark = [pytest.mark.usefixtures("with_plugins")]

SEQUENCES = int(os.environ.get("NX_FAULT_SEQUENCES", "6"))
DIGEST = hashlib.sha256(TABLE).hexdigest()
NUMBER = 5
JSON = {"Content-Type": "application/json"}
CATALOGUE_FAULTS = sorted(set(FAULTS) - {"a slow drip", "a page loop"})
"""Those that take no time of their own."""


def catalogue(base, note):
    datasets = [
        {
            "identifier": f"d{n}",
            "title": f"数据集{n}",
            "description": f"说明{note}",
            "distribution": [{"title": f"文件{n}", "downloadURL": f"{base}/f{n}.csv", "mediaType": "text/csv"}],
        }
        for n in range(NUMBER)
    ]
    return json.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": datasets}).encode()


def present(site):
    """What the portal has of the source: dataset -> its file."""
    from ckan import model

    from ckanext.nxopendata.harvest.models import KnownRecord, Source

    model.Session.remove()
    source = model.Session.query(Source).filter_by(name=site.name).one()
    records = model.Session.query(KnownRecord).filter_by(source_id=source.id, state="present").all()
    found = {}
    for record in records:
        package = model.Session.get_one(model.Package, record.dataset_id)
        assert package.state == "active"
        (found[record.guid],) = package.resources
    return found


class TestSequences:
    def test_whatever_happens_nothing_is_lost_and_every_file_is_proved(self, site, ckan_config):
        ckan_config["ckanext.nxopendata.harvest.requests_per_second"] = 1000
        ckan_config["ckanext.nxopendata.harvest.mirror_check_hours"] = 0
        ckan_config["ckanext.nxopendata.harvest.max_megabytes"] = 20
        answers = {f"f{n}.csv": GOOD["plain"] for n in range(NUMBER)}
        files = GOOD | BAD
        with misbehaving(answers) as base:
            site.source("sequences", catalogue(base, 0), format="datajson", files="mirror")
            proved: set[str] = set()
            steps = st.tuples(
                st.sampled_from(["good", "good", "changed", "changed", *CATALOGUE_FAULTS]),
                st.lists(st.sampled_from(sorted(files)), min_size=NUMBER, max_size=NUMBER),
            )

            @given(st.lists(steps, min_size=1, max_size=3))
            @settings(
                max_examples=SEQUENCES,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=[HealthCheck.too_slow],
            )
            def sequence(given_steps):
                for number, (fault, names) in enumerate(given_steps):
                    answers.update({f"f{n}.csv": files[name] for n, name in enumerate(names)})
                    body = catalogue(base, number if fault == "changed" else 0)
                    site.web.replies["/sequences"] = FAULTS[fault][0] if fault in FAULTS else Reply(body, headers=JSON)
                    run = site.run()
                    assert run["state"] in ("done", "failed"), fault
                    assert run["counts"].get("withdraw", 0) == 0, fault
                    if fault in FAULTS:
                        assert run["state"] == "failed" or run["doubts"], fault
                    else:
                        assert (run["state"], sum(run["counts"].values())) == ("done", NUMBER)
                    stored = present(site)
                    assert not stored or stored.keys() == {f"d{n}" for n in range(NUMBER)}
                    for guid, file in stored.items():
                        if file.url_type == "upload":
                            assert file.hash == DIGEST, (fault, names)
                            proved.add(guid)
                        else:
                            assert guid not in proved, (fault, names)
                            assert file.url.startswith(base)

            sequence()
            site.web.replies["/sequences"] = Reply(catalogue(base, 9), headers=JSON)
            answers.update({f"f{n}.csv": GOOD["plain"] for n in range(NUMBER)})
            assert site.run()["state"] == "done"
            assert {file.hash for file in present(site).values()} == {DIGEST}
            site.whole()


class TestLengths:
    """A Content-Length in characters ends a document of Chinese text too early."""

    @pytest.mark.parametrize("form", ["datajson", "dcat", "workbook"])
    def test_a_catalogue_that_is_cut_short_withdraws_nothing(self, site, form):
        from ..catalogues import turtle

        rows = "".join(f"214001/{n},数据集{n},说明说明说明\n" for n in range(1, 31))
        bodies = {
            "datajson": (catalogue("https://dept.example", 0), JSON),
            "dcat": (turtle(*range(300, 330)).encode(), {"Content-Type": "text/turtle"}),
            "workbook": (f"信息资源代码,信息资源名称,信息资源摘要\n{rows}".encode(), {"Content-Type": "text/csv"}),
        }
        body, headers = bodies[form]
        if form == "datajson":
            body = json.dumps(json.loads(body), ensure_ascii=False).encode()
        site.source(f"short-{form}", body, format=form)
        site.web.replies[f"/short-{form}"] = Reply(body, headers=headers)
        number = site.run()["counts"]["create"]
        assert number in (NUMBER, 30)
        site.web.replies[f"/short-{form}"] = Reply(body, headers=headers, length=len(body.decode()))
        run = site.run()
        assert run["counts"].get("withdraw", 0) == 0
        assert run["state"] == "failed" or run["doubts"]
