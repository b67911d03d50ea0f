"""Workers that are killed with -9 at every stage, and two that are given the same work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from ..catalogues import PREFIXES, dataset, turtle
from .conftest import catalogue, changes, process

pytestmark = [pytest.mark.usefixtures("with_plugins")]

STAGES = [
    ("planning.planner:Planner", "plan_batch", 0),
    ("runs.lifecycle.plans", "close", 0),
    ("runs.execution.chunks", "split_into_chunks", 0),
    ("runs.executor", "claim_chunk", 0),
    ("runs.execution.apply", "write_steps", 0),
    ("runs.execution.apply", "_record", 0),
    ("runs.execution.apply", "index_steps", 0),
    ("runs.execution.apply", "index_steps", 1),
    ("runs.executor", "carry_out_chunk", 1),
    ("runs.executor", "finish", 2),
]
"""Where the process dies: module, function, how often it has been called before."""


WITHDRAWING = [
    ("runs.execution.apply", "write_steps", 0),
    ("runs.execution.apply", "_record", 0),
    ("runs.execution.apply", "index_steps", 0),
]
UNDOING = [
    ("runs.executor", "finish_undo", 0),
    ("runs.execution.revert", "revert_steps", 1),
    ("runs.execution.revert", "index_reverted", 0),
    ("mirror.versions", "publish_written", 1),
    ("runs.execution.revert", "index_reverted", 2),
]
COPYING = [
    ("mirror.copy", "_store", 1),
    ("mirror.versions", "store_rows", 1),
    ("runs.execution.apply", "write_steps", 0),
    ("runs.execution.apply", "index_steps", 0),
    ("mirror.copy", "settle", 0),
]


def plan_and_apply(run_id):
    """What a worker does with the jobs of a run."""
    from ckanext.nxopendata.harvest.runs import jobs

    jobs.execute(run_id)
    jobs.carry_out_chunks()


def jobs():
    from ckanext.nxopendata.harvest.runs import jobs

    return jobs


def locks():
    from ckanext.nxopendata.harvest.runs.coordination import locks

    return locks


def copied(site, name):
    """A dataset, and the text that readers get of its file; the file is what the dataset says of it."""
    import hashlib
    from pathlib import Path

    from ckan.lib import uploader

    shown = site.call("package_show", id=name)
    (file,) = shown["resources"]
    body = Path(uploader.get_resource_uploader(file).get_path(file["id"])).read_bytes()
    assert (hashlib.sha256(body).hexdigest(), len(body)) == (file["hash"], file["size"])
    return shown, body.decode()


def go_on():
    """What the timer and the next worker do."""
    from ckan import model
    from ckan.lib.jobs import get_queue

    from ckanext.nxopendata.harvest.runs import jobs

    get_queue().empty()  # the worker that was killed had taken the job
    found = jobs.watch()
    for run_id in found:
        jobs.execute(run_id)
    jobs.carry_out_chunks()
    model.Session.remove()


class TestKilled:
    def test_at_any_stage_another_worker_goes_on_where_it_stopped(self, site):
        import pkgutil

        for number, (module, name, times) in enumerate(STAGES):
            keys, body = catalogue(number * 100, 8)
            site.source(f"stage-{number}", body)
            run = site.run(queue=True)
            target = pkgutil.resolve_name(f"ckanext.nxopendata.harvest.{module}")
            died = process(lambda run=run: plan_and_apply(run["id"]), (target, name, times))
            assert died == -signal.SIGKILL, (module, name)
            go_on()
            assert changes(site.call("nx_harvest_run_show", id=run["id"])) == {"create": 8}, (module, name)
            site.sound(*keys)
            assert site.runs() == ["done", "done"], (module, name)

    def test_while_datasets_are_withdrawn(self, site):
        import pkgutil

        for number, (module, name, times) in enumerate(WITHDRAWING):
            keys, body = catalogue(7000 + number * 100, 8)
            site.source(f"withdraw-{number}", body, limits={"fuse_percent": 100})
            site.run()
            site.web.put(f"/withdraw-{number}", turtle(*keys[:3]))
            run = site.run(queue=True)
            target = pkgutil.resolve_name(f"ckanext.nxopendata.harvest.{module}")
            assert process(lambda run=run: plan_and_apply(run["id"]), (target, name, times)) == -signal.SIGKILL
            go_on()
            done = site.call("nx_harvest_run_show", id=run["id"])
            assert (done["state"], changes(done)) == ("done", {"withdraw": 5, "unchanged": 3}), (module, name)
            for key in keys[3:]:
                shown = site.call("package_show", id=f"shu-ju-ji-{key}")
                assert "nx_withdrawn" in {extra["key"] for extra in shown["extras"]}
            site.sound(*keys[:3])

    def test_while_a_run_is_undone(self, site):
        import pkgutil

        for number, (module, name, times) in enumerate(UNDOING):
            keys, body = catalogue(8000 + number * 100, 8)
            site.source(f"undo-{number}", body)
            site.run()
            more = [*keys, *range(keys[-1] + 1, keys[-1] + 9)]
            site.web.put(f"/undo-{number}", turtle(*more))
            run = site.run()
            assert changes(run) == {"create": 8, "unchanged": 8}
            site.call("nx_harvest_run_undo", id=run["id"], queue=True)
            target = pkgutil.resolve_name(f"ckanext.nxopendata.harvest.{module}")
            died = process(lambda run=run: jobs().undo(run["id"]), (target, name, times))
            assert died == -signal.SIGKILL, (module, name)
            if number % 2:  # by the next run, once the time of the lock has passed
                locks().release(run["source_id"], run["id"])
                site.web.put(f"/undo-{number}", body)
                assert changes(site.run()) == {"unchanged": 8}, (module, name)
            else:
                from ckan.lib.jobs import get_queue

                get_queue().empty()
                assert run["id"] in jobs().watch()
                jobs().undo(run["id"])
                site.web.put(f"/undo-{number}", body)
            assert site.call("nx_harvest_run_show", id=run["id"])["state"] == "undone", (module, name)
            site.sound(*keys)

    def test_while_files_are_copied(self, site):
        import pkgutil

        for number, (module, name, times) in enumerate(COPYING):
            source, key = f"copy-{number}", 9000 + number * 10
            keys = [key, key + 1]
            body = PREFIXES + "".join(dataset(one).replace("https://dept.example/data/", f"{source}/") for one in keys)
            for one in keys:
                site.web.put(f"/{source}/{one}.csv", f"old {one}", "text/csv", ETag='"old"')
            site.source(source, body, files="mirror")
            site.run()
            for one in keys:
                site.web.put(f"/{source}/{one}.csv", f"new {one}", "text/csv", ETag='"new"')
            site.web.put(f"/{source}", body.replace("说明", "新说明"))
            run = site.run(queue=True)
            target = pkgutil.resolve_name(f"ckanext.nxopendata.harvest.{module}")
            assert process(lambda run=run: plan_and_apply(run["id"]), (target, name, times)) == -signal.SIGKILL
            if number % 2:
                go_on()
            else:  # given up: readers get what the datasets say, until the next run brings all
                site.call("nx_harvest_run_cancel", id=run["id"])
                done = site.run()
                assert done["state"] == "done"
            for one in keys:
                shown, text = copied(site, f"shu-ju-ji-{one}")
                assert (shown["notes"], text) == ("新说明", f"new {one}"), (module, name)
            site.sound(*keys)

    def test_a_copy_that_was_made_for_nothing_goes_again(self, site):
        """The run is cancelled when the new file lies there already; the source has the old one again."""
        from ckanext.nxopendata.harvest.runs.execution import apply

        body = PREFIXES + dataset(9900).replace("https://dept.example/data/", "vain/")
        site.web.put("/vain/9900.csv", "old", "text/csv")
        site.source("vain", body, files="mirror")
        site.run()
        site.web.put("/vain/9900.csv", "new", "text/csv")
        site.web.put("/vain", body.replace("说明", "新说明"))
        run = site.run(queue=True)
        assert process(lambda: plan_and_apply(run["id"]), (apply, "write_steps", 0)) == -signal.SIGKILL
        site.call("nx_harvest_run_cancel", id=run["id"])
        site.web.put("/vain/9900.csv", "old", "text/csv")
        site.web.put("/vain", body)
        assert changes(site.run()) == {"unchanged": 1}
        assert copied(site, "shu-ju-ji-9900")[1] == "old"
        site.sound(9900)

    def test_a_run_that_nobody_goes_on_with_is_closed_by_the_next(self, site):
        from ckanext.nxopendata.harvest.runs.coordination import locks
        from ckanext.nxopendata.harvest.runs.execution import apply

        keys, body = catalogue(2000, 8)
        site.source("abandoned", body)
        assert process(lambda: site.run(), (apply, "index_steps", 1)) == -signal.SIGKILL
        source = site.call("nx_harvest_source_show", id="abandoned")
        locks.release(source["id"], source["last_run"]["id"])  # its time passes
        assert changes(site.run()) == {"create": 2, "unchanged": 6}
        site.sound(*keys)
        assert site.runs() == ["failed", "done", "done"]
        failed = site.call("nx_harvest_run_list", source_id="abandoned")[-1]
        assert site.problems(failed) == ["run_interrupted"]

    def test_a_chunk_that_kills_its_workers_ends_the_run_and_says_so(self, site):
        from ckanext.nxopendata.harvest.runs import jobs
        from ckanext.nxopendata.harvest.runs.execution import apply, chunks

        _, body = catalogue(2100, 2)
        site.source("deadly", body)
        run = site.run(queue=True)
        jobs.execute(run["id"])
        for _ in range(chunks.MOST_ATTEMPTS):
            assert process(jobs.carry_out_chunks, (apply, "write_steps", 0)) == -signal.SIGKILL
        assert process(jobs.carry_out_chunks) == 0
        run = site.call("nx_harvest_run_show", id=run["id"])
        assert (run["state"], site.problems(run)) == ("failed", ["chunk_fails"])
        assert changes(site.run()) == {"create": 2}
        site.sound(2100, 2101)

    def test_a_real_worker_of_the_queue_killed_in_the_middle(self, site, ckan_config):
        """``ckan nx worker`` as it is deployed, with the process it forks for the job."""
        keys, body = catalogue(3000, 60)
        site.source("real", body)
        run = site.run(queue=True)
        ini = ckan_config["__file__"]
        code = "from ckan.cli.cli import ckan; ckan()"
        command = [sys.executable, "-c", code, "-c", ini, "nx", "worker", "--burst"]
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

        from ckanext.nxopendata.harvest.models import PlanEntry

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

        from ckanext.nxopendata.harvest.models import Chunk, Run
        from ckanext.nxopendata.harvest.runs import executor, jobs
        from ckanext.nxopendata.harvest.runs.coordination import locks

        for name, first, priority in (("slow", 5000, 100), ("quick", 5100, 25)):
            _, body = catalogue(first, 24)
            site.source(name, body, priority=priority)
            jobs.execute(site.run(queue=True)["id"])
        model.Session.query(Run).filter_by(state="applying").update({"planned": Run.created})
        model.Session.commit()
        order = []
        with locks.WorkLocks() as work_locks:
            for _ in range(10):
                taken = executor.claim_chunk(work_locks)
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
        from ckanext.nxopendata.harvest.runs import jobs

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
        from ckanext.nxopendata.harvest.runs import jobs
        from ckanext.nxopendata.harvest.runs.execution import apply

        keys, body = catalogue(6100, 9)
        site.source("cancelled", body)
        run = site.run(queue=True)
        jobs.execute(run["id"])
        assert process(jobs.carry_out_chunks, (apply, "index_steps", 1)) == -signal.SIGKILL
        assert site.call("nx_harvest_run_cancel", id=run["id"])["state"] == "cancelled"
        assert changes(site.run()) == {"create": 3, "unchanged": 6}
        site.sound(*keys)
