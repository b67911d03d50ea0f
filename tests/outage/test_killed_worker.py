"""``kill -9`` of workers, as the supervisor starts them: jobs, timer and harvest go on within a minute."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rq
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis

from ckanext.nxopendata.core import scheduler
from local import services
from local.stack import Program, Stack, wait_until
from tests.harvest.catalogues import turtle
from tests.harvest.server import Server, serving

from . import supervised

pytestmark = [pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_queues")]

A_MINUTE = 60
DATASETS = 1500


@pytest.fixture
def web() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def run(call: Callable[..., Any], web: Server) -> str:
    """A harvest in the queue that takes a worker some ten seconds; its id."""
    connect_to_redis().flushdb()
    url = web.put("/large", turtle(*range(DATASETS)))
    call("organization_create", name="ting", title_translated={"zh": "厅"})
    call("nx_harvest_source_create", name="large", title="large", url=url, organization="ting")
    return call("nx_harvest_run_create", source_id="large", queue=True)["id"]


def written(run_id: str) -> int:
    from ckan import model

    from ckanext.nxopendata.harvest.models import PlanEntry

    model.Session.rollback()
    return model.Session.query(PlanEntry).filter_by(run_id=run_id, state="done").count()


def state(run_id: str) -> str:
    from ckan import model

    from ckanext.nxopendata.harvest.models import Run

    model.Session.rollback()
    return model.Session.get(Run, run_id).state


def ticks_after(moment: float, seconds: int) -> list[str]:
    """Jobs of the timer for a time after ``moment`` that were done."""
    done = [job_id for job_id in get_queue().finished_job_registry.get_job_ids() if "-timer-" in job_id]
    return [job_id for job_id in done if int(job_id.rsplit("-", 1)[1]) * seconds > moment]


def both_go_on(run_id: str, before: int, killed: float, timer_seconds: int) -> float:
    """Wait until the harvest has written more and the timer has run; the seconds since the worker was killed."""
    assert wait_until(
        lambda: (written(run_id) > before or state(run_id) == "done") and bool(ticks_after(killed + 1, timer_seconds)),
        seconds=A_MINUTE * 3,
        step=0.5,
    )
    return time.time() - killed


class TestTheOnlyWorker:
    def test_killed_in_a_harvest_is_followed_within_a_minute(self, run: str) -> None:
        with supervised.beside("killed") as stack:
            ini = supervised.write_ini(stack, **{"ckanext.nxopendata.core.timer_seconds": 5})
            started(stack, services.worker_program(stack, ini))
            assert wait_until(lambda: written(run) > 0, A_MINUTE * 3), log_of(stack)
            before, killed, known = written(run), time.time(), rq.Worker.all_keys(queue=get_queue())
            os.kill(supervised.pid(stack, "worker"), signal.SIGKILL)
            assert wait_until(lambda: set(rq.Worker.all_keys(queue=get_queue())) - {*known} != set(), A_MINUTE * 3)
            back = time.time() - killed
            took = both_go_on(run, before, killed, 5)
            print(f"\nwent on {took:.0f} s after kill -9 of the only worker, which was back after {back:.0f} s")
            # CKAN starts in ten seconds, and on a machine that runs other tests in fifty.
            assert took <= max(A_MINUTE, back + A_MINUTE / 2), log_of(stack)
            assert wait_until(lambda: state(run) == "done", A_MINUTE * 3), log_of(stack)
            assert written(run) == DATASETS
            # None of its processes was left: they would do the same jobs beside its successor.
            assert len(list(workers_of(stack))) <= 3


def started(stack: Stack, worker: Program) -> float:
    """Start a worker and wait until it listens; the seconds that it took, which are many on a busy machine."""
    begun, before = time.monotonic(), rq.Worker.count(queue=get_queue())
    supervised.start(stack, worker)
    assert wait_until(lambda: rq.Worker.count(queue=get_queue()) > before, A_MINUTE * 3), log_of(stack)
    return time.monotonic() - begun


def workers_of(stack: Stack) -> Iterator[int]:
    """Processes of the worker: itself, its scheduler, that of a job."""
    return (pid for pid in stack.pids() if is_a_worker(pid))


def is_a_worker(pid: int) -> bool:
    try:
        return b"nx\0worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def log_of(stack: Stack) -> str:
    file = stack.logs / "worker.log"
    return file.read_text(encoding="utf-8", errors="replace")[-3000:] if file.exists() else ""


class TestOneOfSeveral:
    """Another machine's, so nobody starts it again, and its process numbers say nothing."""

    def test_the_others_take_its_jobs_and_the_timer_over(self) -> None:
        connect_to_redis().flushdb()
        with supervised.beside("first") as first, supervised.beside("second") as second:
            for stack in (first, second):
                ini = supervised.write_ini(stack, **{"ckanext.nxopendata.core.timer_seconds": 5})
                started(stack, services.worker_program(stack, ini))
            assert wait_until(lambda: bool(ticks_after(0, 5)), A_MINUTE)
            killed = time.time()
            first.stopped_file.touch()
            for pid in [int((first.folder / "supervisord.pid").read_text()), *first.pids()]:
                os.kill(pid, signal.SIGKILL)
            assert wait_until(lambda: bool(ticks_after(killed + 1, 5)), A_MINUTE, step=0.5), log_of(second)
            print(f"\nthe timer went on {time.time() - killed:.0f} s after the other machine died")


class TestAJobWhoseWorkerDied:
    @pytest.fixture(autouse=True)
    def empty(self) -> Iterator[None]:
        connect_to_redis().flushdb()
        yield
        connect_to_redis().flushdb()

    def abandoned(self, function: Callable[..., Any], repeats: int = 0) -> Any:
        """A job in execution whose worker has been silent for too long."""
        from rq.executions import Execution

        from ckanext.nxopendata.core.background.abandoned_jobs import REPEATS

        queue = get_queue()
        job = queue.enqueue(function)
        job.meta[REPEATS] = repeats
        job.save_meta()
        connect_to_redis().lrem(queue.key, 0, job.id)
        job.set_status("started")
        with connect_to_redis().pipeline() as pipeline:
            execution = Execution.create(job, ttl=60, pipeline=pipeline)
            pipeline.execute()
        connect_to_redis().zadd(job.started_job_registry.key, {execution.composite_key: 1})
        return job

    def clean(self) -> None:
        from ckanext.nxopendata.core.background.worker import Worker

        Worker().clean_registries()

    def test_is_first_in_the_queue_again(self) -> None:
        get_queue().enqueue(scheduler.start_timer)
        job = self.abandoned(scheduler.start_timer)
        self.clean()
        assert get_queue().get_job_ids()[0] == job.id
        assert get_queue().started_job_registry.get_job_ids() == []

    def test_fails_when_it_has_killed_several(self) -> None:
        job = self.abandoned(scheduler.start_timer, repeats=3)
        self.clean()
        assert (job.get_status(), get_queue().get_job_ids()) == ("failed", [])

    def test_of_another_extension_fails(self) -> None:
        from ckan.lib.jobs import test_job

        job = self.abandoned(test_job)
        self.clean()
        assert (job.get_status(), get_queue().get_job_ids()) == ("failed", [])

    def test_is_left_while_its_worker_lives(self) -> None:
        from rq.executions import Execution

        job = self.abandoned(scheduler.start_timer)
        with connect_to_redis().pipeline() as pipeline:
            (execution,) = job.get_executions()
            execution.heartbeat(job.started_job_registry, 30, pipeline)
            pipeline.execute()
        assert isinstance(execution, Execution)
        self.clean()
        assert (job.get_status(), get_queue().get_job_ids()) == ("started", [])

    def test_a_worker_that_died_while_it_cleaned_does_not_keep_others_from_it(self) -> None:
        queue = get_queue()
        assert queue.acquire_maintenance_lock()  # RQ's own, which lasts a quarter of an hour
        job = self.abandoned(scheduler.start_timer)
        self.clean()
        assert queue.get_job_ids() == [job.id]

    def test_a_task_of_the_clock_is_begun_again_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import datetime as dt

        done: list[str] = []
        moment = dt.datetime(2026, 11, 24, 0, 5, tzinfo=dt.UTC)
        tick = get_queue().enqueue(scheduler.tick)
        monkeypatch.setattr(rq, "get_current_job", lambda: tick)
        monkeypatch.setattr(scheduler, "TASKS", {})

        def die() -> None:
            raise SystemExit

        scheduler.schedule("0 8 * * *", "test: dies", die)
        with pytest.raises(SystemExit):
            scheduler.run_due_tasks(moment)
        scheduler.schedule("0 8 * * *", "test: dies", lambda: done.append("lives"))
        scheduler.resume_interrupted("another tick", moment)
        scheduler.run_due_tasks(moment)
        assert done == []
        scheduler.resume_interrupted(tick.id, moment)
        scheduler.run_due_tasks(moment)
        assert done == ["lives"]


class TestTheSchedulersLock:
    @pytest.fixture(autouse=True)
    def empty(self) -> Iterator[None]:
        connect_to_redis().flushdb()
        yield
        connect_to_redis().flushdb()

    def scheduler(self) -> Any:
        from ckanext.nxopendata.core.background.queue_scheduler import QueueScheduler

        return QueueScheduler([get_queue()], connection=connect_to_redis())

    def test_is_had_by_one(self) -> None:
        assert self.scheduler().acquire_locks() == {get_queue().name}
        assert self.scheduler().acquire_locks() == set()

    def test_is_taken_over_from_one_that_is_silent(self) -> None:
        silent, other = self.scheduler(), self.scheduler()
        silent.acquire_locks()
        connect_to_redis().expire(silent.get_locking_key(get_queue().name), 40)  # silent for 21 seconds
        assert other.acquire_locks() == {get_queue().name}
        silent.heartbeat()  # it was only asleep
        assert silent.acquired_locks == set()
        assert connect_to_redis().get(silent.get_locking_key(get_queue().name)) == other.name.encode()
