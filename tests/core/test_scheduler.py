"""Scheduled tasks: each once a time, whoever looks; none keeps another from being done; what failed is tried again."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from rq.utils import import_attribute

from ckanext.nxopendata.core import moved_jobs, scheduler
from tests.worker import work

NIGHT = dt.datetime(2026, 11, 23, 22, 1, tzinfo=dt.UTC)  # six in the morning in China
MORNING = dt.datetime(2026, 11, 24, 0, 5, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was done; of the three tasks the first fails."""
    found: list[str] = []
    monkeypatch.setattr(scheduler, "TASKS", {})
    scheduler.schedule("0 8 * * *", "test: fails", lambda: found.append("fails") or 1 / 0)
    scheduler.schedule("0 8 * * *", "test: daily", lambda: found.append("daily"))
    scheduler.schedule("*/5 * * * *", "test: often", lambda: found.append("often"))
    connect_to_redis().flushdb()
    yield found
    connect_to_redis().flushdb()


def at(moment: dt.datetime, done: list[str]) -> list[str]:
    """What is done at a moment."""
    done.clear()
    scheduler.run_due_tasks(moment)
    return list(done)


class TestTimes:
    def test_each_is_done_once_a_time(self, done: list[str]) -> None:
        assert at(NIGHT, done) == ["fails", "daily", "often"]  # never done before
        assert at(NIGHT + dt.timedelta(seconds=30), done) == []
        assert at(NIGHT + 4 * MINUTE, done) == ["often"]
        assert at(MORNING, done) == ["fails", "daily", "often"]
        assert at(MORNING, done) == []

    def test_a_time_begins_at_its_full_minute(self, done: list[str]) -> None:
        at(NIGHT, done)
        assert "daily" in at(dt.datetime(2026, 11, 24, 0, 0, tzinfo=dt.UTC), done)

    def test_what_a_stopped_site_missed_is_done_once(self, done: list[str]) -> None:
        at(NIGHT, done)
        assert at(MORNING + dt.timedelta(days=3), done).count("daily") == 1

    def test_what_is_done_at_every_tick_waits_for_nothing(self, done: list[str]) -> None:
        scheduler.schedule(scheduler.EVERY_TICK, "test: always", lambda: done.append("always"))
        assert [at(NIGHT, done).count("always") for _ in range(3)] == [1, 1, 1]

    def test_times_that_are_none_are_refused(self) -> None:
        with pytest.raises(ValueError, match="every day"):
            scheduler.schedule("every day", "test", print)


class TestFailures:
    def test_what_failed_is_tried_again_with_a_growing_delay(self, done: list[str]) -> None:
        tried = [minute for minute in range(200) if "fails" in at(MORNING + minute * MINUTE, done)]
        assert tried == [0, 5, 15, 35, 75, 155]

    def test_what_failed_once_and_then_succeeds_is_not_done_again(self, done: list[str]) -> None:
        at(MORNING, done)
        scheduler.schedule("0 8 * * *", "test: fails", lambda: done.append("mended"))
        assert "mended" in at(MORNING + 5 * MINUTE, done)
        assert [minute for minute in range(6, 300) if "mended" in at(MORNING + minute * MINUTE, done)] == []

    def test_after_a_day_it_is_given_up_until_its_next_time(self, done: list[str]) -> None:
        scheduler.schedule("0 8 1 * *", "test: monthly", lambda: done.append("monthly") or 1 / 0)
        first = dt.datetime(2026, 12, 1, 0, 0, tzinfo=dt.UTC)
        hours = [hour for hour in range(24 * 32) if "monthly" in at(first + dt.timedelta(hours=hour), done)]
        assert max(hour for hour in hours if hour < 24 * 30) <= 24
        assert 24 * 31 in hours

    def test_what_a_killed_worker_left_is_tried_again(self, done: list[str]) -> None:
        def die() -> None:
            done.append("dies")
            raise SystemExit

        scheduler.schedule("0 8 * * *", "test: dies", die)
        with pytest.raises(SystemExit):
            at(MORNING, done)
        scheduler.schedule("0 8 * * *", "test: dies", lambda: done.append("lives"))
        assert [minute for minute in range(1, 60) if "lives" in at(MORNING + minute * MINUTE, done)] == [15]

    def test_a_failure_is_logged_with_the_name_of_the_task(
        self, done: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        scheduler.log.addHandler(caplog.handler)  # CKAN's own logging does not hand on to the root
        scheduler.log.disabled = False  # its command line, which other tests run, disables what was there before
        try:
            at(MORNING, done)
        finally:
            scheduler.log.removeHandler(caplog.handler)
        assert {record.getMessage() for record in caplog.records} == {"scheduled task test: fails failed"}


@pytest.mark.usefixtures("with_plugins")
class TestTheTimer:
    def test_every_rooms_tasks_are_known(self) -> None:
        assert {
            "review release",
            "review daily",
            "portal daily",
            "following send",
            "register remind",
            "catalogue imports",
            "catalogue pages",
            "changes webhooks",
            "harvest sources",
            "harvest watch",
            "harvest notices",
            "harvest forget",
        } <= set(scheduler.TASKS)

    def test_an_emptied_redis_has_its_timer_again_when_any_process_starts(self) -> None:
        connect_to_redis().flushdb()
        scheduler.start()
        ids = get_queue().scheduled_job_registry.get_job_ids()
        assert [get_queue().fetch_job(job_id).func_name for job_id in ids] == [  # pyright: ignore
            "ckanext.nxopendata.core.scheduler.tick"
        ]

    def test_a_site_starts_without_redis(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from redis import ConnectionError as NoConnection

        def refuse() -> None:
            raise NoConnection

        monkeypatch.setattr(scheduler, "start_timer", refuse)
        scheduler.start()

    def test_tasks_find_addresses_and_the_language_of_the_site_without_a_request(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        monkeypatch.setattr(scheduler, "TASKS", {})
        scheduler.schedule(
            scheduler.EVERY_TICK,
            "test",
            lambda: said.extend([tk._("Log in"), tk.url_for("home.index", _external=True)]),
        )
        scheduler.run_due_tasks(MORNING)
        assert said == ["登录", "http://test.ckan.net/"]

    @pytest.mark.usefixtures("clean_db", "clean_index", "clean_queues")
    def test_a_worker_in_a_process_of_its_own_does_what_is_due(self, ckan_config: Any) -> None:
        connect_to_redis().flushdb()
        job = get_queue().enqueue(scheduler.tick)
        code = "from ckan.cli.cli import ckan; ckan()"
        command = [sys.executable, "-c", code, "-c", ckan_config["__file__"]]
        subprocess.run([*command, "nx", "worker", "--burst"], check=True, capture_output=True)
        job.refresh()
        assert job.get_status() == "finished"
        site = f"nx:{tk.config['ckan.site_id']}"
        assert connect_to_redis().zrange(f"{site}:retries", 0, -1) == []
        assert connect_to_redis().exists(*(f"{site}:clock:{name}" for name in DAILY)) == len(DAILY)


DAILY = ("review daily", "portal daily", "following send", "register remind", "catalogue imports", "harvest forget")

PLUGINS = (
    "nxopendata_portal nxopendata_following nxopendata_licences nxopendata_review nxopendata_catalogue"
    " nxopendata_search nxopendata_datasets nxopendata_organizations nxopendata_groups activity"
)


@pytest.mark.ckan_config("ckan.plugins", PLUGINS)
def test_a_site_without_the_harvest_reminds_all_the_same(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(scheduler, "TASKS", {})
    connect_to_redis().flushdb()
    request.getfixturevalue("with_plugins")
    assert {"mail", "portal daily", "review daily", "review release", "following send", "search pending"} == set(
        scheduler.TASKS
    )
    assert get_queue().scheduled_job_registry.count >= 1


@pytest.mark.usefixtures("with_plugins", "clean_queues")
class TestJobsOfAnEarlierVersion:
    @pytest.mark.parametrize("name", sorted(set(moved_jobs.MOVED.values())))
    def test_the_names_they_get_are_those_of_functions(self, name: str) -> None:
        assert callable(import_attribute(name))

    def test_they_are_found_by_their_new_names_and_done(self) -> None:
        queue = get_queue()
        arguments = [["nobody"], "subject", "body"]
        old = queue.enqueue("ckanext.nxopendata.catalogue.review.notify.send", *arguments)
        later = queue.enqueue_in(dt.timedelta(hours=1), "ckanext.nxopendata.harvest.jobs.tick")
        assert moved_jobs.rename() == 2
        later.refresh()
        assert later.func_name == "ckanext.nxopendata.core.scheduler.tick"
        work()
        old.refresh()
        assert (old.args, old.get_status()) == (tuple(arguments), "finished")
        later.delete()
