"""Chores by the clock: each once a time, whoever looks, and none keeps another from being done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.core import scheduler

NIGHT = dt.datetime(2026, 11, 23, 22, 1, tzinfo=dt.UTC)  # six in the morning in China
MORNING = dt.datetime(2026, 11, 24, 0, 5, tzinfo=dt.UTC)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was done; the chores are three, of which the first fails."""
    found: list[str] = []
    monkeypatch.setattr(scheduler, "CHORES", {})
    scheduler.every("0 8 * * *", "test: fails", lambda: found.append("fails") or 1 / 0)
    scheduler.every("0 8 * * *", "test: daily", lambda: found.append("daily"))
    scheduler.every("*/5 * * * *", "test: often", lambda: found.append("often"))
    yield found
    redis = connect_to_redis()
    for name in scheduler.CHORES:
        redis.delete(f"nx:{tk.config['ckan.site_id']}:clock:{name}")


def test_each_is_done_once_a_time(done: list[str]) -> None:
    scheduler.run_due(NIGHT)
    assert done == ["fails", "daily", "often"]  # never done before
    done.clear()
    assert scheduler.run_due(NIGHT + dt.timedelta(seconds=30)) == []
    assert scheduler.run_due(NIGHT + dt.timedelta(minutes=5)) == ["test: often"]
    done.clear()
    scheduler.run_due(MORNING)
    assert done == ["fails", "daily", "often"]
    assert scheduler.run_due(MORNING) == []


def test_what_a_stopped_site_missed_is_done_once(done: list[str]) -> None:
    scheduler.run_due(NIGHT)
    done.clear()
    scheduler.run_due(MORNING + dt.timedelta(days=3))
    assert done.count("daily") == 1


def test_times_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="every day"):
        scheduler.every("every day", "test", print)


@pytest.mark.usefixtures("with_plugins")
def test_every_rooms_chores_are_known() -> None:
    assert {"review release", "review daily", "portal daily", "following send", "register remind"} <= set(
        scheduler.CHORES
    )
