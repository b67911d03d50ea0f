"""Solr, PostgreSQL and Redis that go away and come back, the clock, the disk."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import resource
import signal
import threading
import time

import pytest

from ..catalogues import PREFIXES, dataset
from .conftest import catalogue, changes, process

pytestmark = [pytest.mark.usefixtures("with_plugins")]


@contextlib.contextmanager
def down(service, seconds):
    """Stop a service of the test's own and start it again after ``seconds``, while the test goes on."""
    from local.stack import Stack

    stack = Stack(os.environ["NX_TEST_STACK"])
    stack.rpc.stopProcess(service)

    def start():
        time.sleep(seconds)
        Stack(os.environ["NX_TEST_STACK"]).rpc.startProcess(service)

    thread = threading.Thread(target=start)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        back(stack, service)


def back(stack, service):
    from local import services
    from local.stack import wait_until

    assert wait_until(lambda: services.healthy(stack, service), seconds=90), service


class TestServices:
    def test_solr_goes_and_comes_back_while_a_run_waits(self, site):
        keys, body = catalogue(100, 7)
        site.source("solr", body)
        with down("solr", 1):
            run = site.run()
        assert (run["state"], changes(run)) == ("done", {"create": 7})
        site.sound(*keys)

    def test_solr_stays_away_and_the_next_run_indexes_what_was_written(self, site, ckan_config):
        keys, body = catalogue(200, 7)
        site.source("solr-away", body)
        ckan_config["ckanext.nxopendata.harvest.patience_seconds"] = 0
        url, ckan_config["solr_url"] = ckan_config["solr_url"], "http://127.0.0.1:9/solr/ckan"
        run = site.run()
        ckan_config["solr_url"] = url
        ckan_config["ckanext.nxopendata.harvest.patience_seconds"] = 120
        assert (run["state"], site.problems(run)) == ("failed", ["index_unreachable"])
        assert changes(site.run()) == {"create": 4, "unchanged": 3}
        site.sound(*keys)

    def test_postgresql_is_restarted_in_the_middle(self, site, monkeypatch):
        from ckanext.nxopendata.harvest.runs.execution import apply

        keys, body = catalogue(300, 9)
        site.source("postgres", body)
        real, calls = apply.index_steps, []

        def restarting(*arguments):
            calls.append(1)
            if len(calls) == 2:
                with down("postgres", 0.5):
                    pass
            return real(*arguments)

        monkeypatch.setattr(apply, "index_steps", restarting)
        run = site.run()
        assert (run["state"], changes(run)) == ("done", {"create": 9})
        site.sound(*keys)

    def test_redis_is_emptied_and_what_was_queued_is_found_again(self, site):
        from ckan.lib.jobs import get_queue
        from ckan.lib.redis import connect_to_redis

        from ckanext.nxopendata.harvest.runs import jobs

        keys, body = catalogue(400, 7)
        site.source("redis", body)
        run = site.run(queue=True)
        connect_to_redis().flushdb()
        assert jobs.watch() == [run["id"]]
        queued = [job.func_name.rpartition(".")[2] for job in get_queue().jobs]
        assert queued.count("execute") == 1
        jobs.execute(run["id"])
        connect_to_redis().flushdb()
        assert jobs.watch() == [run["id"]]
        assert [job.func_name.rpartition(".")[2] for job in get_queue().jobs] == ["carry_out_chunks"]
        jobs.carry_out_chunks()
        get_queue().empty()
        assert changes(site.call("nx_harvest_run_show", id=run["id"])) == {"create": 7}
        site.sound(*keys)

    def test_the_timer_is_set_once_however_often_it_is_asked_for(self, site):
        from ckan.lib.jobs import get_queue
        from ckan.lib.redis import connect_to_redis

        from ckanext.nxopendata.core import scheduler

        connect_to_redis().flushdb()
        site.source("timed", catalogue(450, 1)[1], schedule="* * * * *")
        for _ in range(3):
            scheduler.start_timer()
        scheduled = get_queue().scheduled_job_registry
        assert 1 <= scheduled.count <= 2  # two when a minute passes meanwhile
        job = get_queue().fetch_job(scheduled.get_job_ids()[0])
        assert job.func_name.endswith("scheduler.tick")
        from ckan import model

        from ckanext.nxopendata.harvest.models import Source

        past = dt.datetime(2026, 1, 1)  # noqa: DTZ001  CKAN stores UTC without zone
        model.Session.query(Source).filter_by(name="timed").update({"created": past})
        model.Session.commit()
        scheduler.tick()
        scheduler.tick()
        queued = [job.func_name.rpartition(".")[2] for job in get_queue().jobs]
        assert queued.count("execute") == 1
        site.call("nx_harvest_run_cancel", id=site.call("nx_harvest_source_show", id="timed")["last_run"]["id"])
        site.call("nx_harvest_source_delete", id="timed")
        get_queue().empty()

    def test_a_clock_that_was_wrong_neither_hides_nor_repeats_anything(self, site):
        from freezegun import freeze_time

        from ckanext.nxopendata.core.timezone import utc_now
        from ckanext.nxopendata.harvest.runs import jobs

        keys, body = catalogue(500, 4)
        site.source("clock", body, schedule="0 * * * *")
        with freeze_time("2031-05-01", ignore=["pysolr", "urllib3", "redis"], tick=True):
            assert changes(site.run()) == {"create": 4}
        assert "clock" in [source.name for source in jobs.find_due_sources(utc_now())]
        site.sound(*keys)
        site.call("nx_harvest_source_delete", id="clock")


class TestDisk:
    def test_a_full_disk_leaves_links_and_earlier_copies_and_says_so(self, site, ckan_config):
        """The kernel refuses to write more than 4 kB to a file, as it refuses a full disk."""
        ckan_config["ckanext.nxopendata.harvest.mirror_max_megabytes"] = 100
        site.web.put("/full/1.csv", b"a,b\n" * 5_000, "text/csv")
        site.web.put("/full/2.csv", b"a,b\n", "text/csv")
        body = PREFIXES + "".join(dataset(key).replace("https://dept.example/data/", "full/") for key in (1, 2))
        site.source("disk", body.replace("dept.example/dataset", "dept.example/dataset/disk"), files="mirror")

        def with_little_space():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
            site.run()

        assert process(with_little_space) == 0
        run = site.call("nx_harvest_source_show", id="disk")["last_run"]
        assert (run["state"], changes(run)) == ("done", {"create": 2})
        assert "disk_full" in site.problems(run)
        found = [site.call("package_show", id=f"shu-ju-ji-{key}")["resources"][0] for key in (1, 2)]
        assert (found[0]["url_type"], found[0]["url"]) == (None, site.web.base + "/full/1.csv")
        assert (found[1]["url_type"], found[1]["size"]) == ("upload", 4)
        site.whole()
        ckan_config["ckanext.nxopendata.harvest.mirror_check_hours"] = 0
        assert changes(site.run()) == {"update": 1, "unchanged": 1}  # there is room again
        file = site.call("package_show", id="shu-ju-ji-1")["resources"][0]
        assert (file["url_type"], file["size"]) == ("upload", 20_000)
        assert changes(site.run()) == {"unchanged": 2}
        site.whole()
