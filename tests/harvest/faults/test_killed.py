"""Workers that are killed with -9 at every stage, and two that are given the same work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from .conftest import catalogue, changes, process

pytestmark = [pytest.mark.usefixtures("with_plugins")]

STAGES = [
    ("run", "_plan_batch", 0),
    ("run", "_close_plan", 0),
    ("work", "split", 0),
    ("work", "claim", 0),
    ("apply", "_write", 0),
    ("apply", "_record", 0),
    ("apply", "index_chunk", 0),
    ("apply", "index_chunk", 1),
    ("work", "perform", 1),
    ("work", "finish", 2),
]
"""Where the process dies: module, function, how often it has been called before."""


def plan_and_apply(run_id):
    """What a worker does with the jobs of a run."""
    from ckanext.nxopendata.harvest import jobs

    jobs.execute(run_id)
    jobs.turn()


def go_on():
    """What the timer and the next worker do."""
    from ckan import model
    from ckan.lib.jobs import get_queue

    from ckanext.nxopendata.harvest import jobs

    get_queue().empty()  # the worker that was killed had taken the job
    found = jobs.watch()
    for run_id in found:
        jobs.execute(run_id)
    jobs.turn()
    model.Session.remove()


class TestKilled:
    def test_at_any_stage_another_worker_goes_on_where_it_stopped(self, site):
        import importlib

        for number, (module, name, times) in enumerate(STAGES):
            keys, body = catalogue(number * 100, 8)
            site.source(f"stage-{number}", body)
            run = site.run(queue=True)
            target = importlib.import_module(f"ckanext.nxopendata.harvest.{module}")
            died = process(lambda run=run: plan_and_apply(run["id"]), (target, name, times))
            assert died == -signal.SIGKILL, (module, name)
            go_on()
            assert changes(site.call("nx_harvest_run_show", id=run["id"])) == {"create": 8}, (module, name)
            site.sound(*keys)
            assert site.runs() == ["done", "done"], (module, name)

    def test_a_run_that_nobody_goes_on_with_is_closed_by_the_next(self, site):
        from ckanext.nxopendata.harvest import apply, locks

        keys, body = catalogue(2000, 8)
        site.source("abandoned", body)
        assert process(lambda: site.run(), (apply, "index_chunk", 1)) == -signal.SIGKILL
        source = site.call("nx_harvest_source_show", id="abandoned")
        locks.release(source["id"], source["last_run"]["id"])  # its time passes
        assert changes(site.run()) == {"create": 2, "unchanged": 6}
        site.sound(*keys)
        assert site.runs() == ["failed", "done", "done"]
        failed = site.call("nx_harvest_run_list", source_id="abandoned")[-1]
        assert site.problems(failed) == ["run_interrupted"]

    def test_a_chunk_that_kills_its_workers_ends_the_run_and_says_so(self, site):
        from ckanext.nxopendata.harvest import apply, jobs, work

        _, body = catalogue(2100, 2)
        site.source("deadly", body)
        run = site.run(queue=True)
        jobs.execute(run["id"])
        for _ in range(work.MOST_ATTEMPTS):
            assert process(jobs.turn, (apply, "_write", 0)) == -signal.SIGKILL
        assert process(jobs.turn) == 0
        run = site.call("nx_harvest_run_show", id=run["id"])
        assert (run["state"], site.problems(run)) == ("failed", ["chunk_fails"])
        assert changes(site.run()) == {"create": 2}
        site.sound(2100, 2101)

    def test_a_real_worker_of_the_queue_killed_in_the_middle(self, site, ckan_config):
        """``ckan jobs worker`` as it is deployed, with the process it forks for the job."""
        keys, body = catalogue(3000, 60)
        site.source("real", body)
        run = site.run(queue=True)
        ini = ckan_config["__file__"]
        code = "from ckan.cli.cli import ckan; ckan()"
        command = [sys.executable, "-c", code, "-c", ini, "jobs", "worker", "--burst", "--no-scheduler"]
        worker = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert waited(lambda: self.written(run["id"]) > 0, 120)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        go_on()
        assert changes(site.call("nx_harvest_run_show", id=run["id"])) == {"create": 60}
        site.sound(*keys)

    def written(self, run_id):
        from ckan import model

        from ckanext.nxopendata.harvest.model import PlanEntry

        model.Session.rollback()
        return model.Session.query(PlanEntry).filter_by(run_id=run_id, state="done").count()


def waited(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


class TestTwoWorkers:
    def test_given_the_same_run_they_share_it(self, site):
        from ckan import model

        keys, body = catalogue(4000, 30)
        site.source("shared", body)
        run = site.run(queue=True)
        model.Session.remove()
        children = []
        for _ in range(2):
            child = os.fork()
            if not child:
                os._exit(process(lambda: plan_and_apply(run["id"])))
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
        go_on()
        assert changes(site.call("nx_harvest_run_show", id=run["id"])) == {"create": 30}
        site.sound(*keys)

    def test_every_source_has_its_turn_and_priority_its_share(self, site):
        from ckan import model

        from ckanext.nxopendata.harvest import jobs, locks, work
        from ckanext.nxopendata.harvest.model import Chunk, Run

        for name, first, priority in (("slow", 5000, 100), ("quick", 5100, 25)):
            _, body = catalogue(first, 24)
            site.source(name, body, priority=priority)
            jobs.execute(site.run(queue=True)["id"])
        model.Session.query(Run).filter_by(state="applying").update({"planned": Run.created})
        model.Session.commit()
        order = []
        with locks.Hold() as hold:
            for _ in range(10):
                taken = work.claim(hold)
                order.append(model.Session.get(Run, taken.run_id).source_id)
                model.Session.query(Chunk).filter_by(run_id=taken.run_id, number=taken.number).update({"state": "done"})
                model.Session.commit()
                time.sleep(0.02)
        names = {site.call("nx_harvest_source_show", id=name)["id"]: name for name in ("slow", "quick")}
        shares = [names[source_id] for source_id in order]
        assert 6 <= shares.count("quick") <= 9, shares
        for run in model.Session.query(Run).filter_by(state="applying"):
            site.call("nx_harvest_run_cancel", id=run.id)


class TestPause:
    def test_a_paused_run_waits_and_goes_on(self, site):
        from ckanext.nxopendata.harvest import jobs

        keys, body = catalogue(6000, 9)
        site.source("paused", body)
        run = site.run(queue=True)
        jobs.execute(run["id"])
        assert site.call("nx_harvest_run_pause", id=run["id"])["state"] == "paused"
        go_on()
        assert site.call("nx_harvest_run_show", id=run["id"])["state"] == "paused"
        assert site.run(queue=True)["id"] == run["id"]  # there is one already
        assert site.call("nx_harvest_run_resume", id=run["id"])["state"] == "applying"
        go_on()
        assert changes(site.call("nx_harvest_run_show", id=run["id"])) == {"create": 9}
        site.sound(*keys)

    def test_a_cancelled_run_leaves_what_it_wrote_and_the_next_brings_the_rest(self, site):
        from ckanext.nxopendata.harvest import apply, jobs

        keys, body = catalogue(6100, 9)
        site.source("cancelled", body)
        run = site.run(queue=True)
        jobs.execute(run["id"])
        assert process(jobs.turn, (apply, "index_chunk", 1)) == -signal.SIGKILL
        assert site.call("nx_harvest_run_cancel", id=run["id"])["state"] == "cancelled"
        assert changes(site.run()) == {"create": 3, "unchanged": 6}
        site.sound(*keys)
