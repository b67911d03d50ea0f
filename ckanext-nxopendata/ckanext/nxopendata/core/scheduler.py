"""The timer of the site: rooms name their tasks, and CKAN's workers do those that are due.

The timer is a job of CKAN's queue (:func:`tick`) that plans itself anew, once in ``timer_seconds``. Every process of
the site that starts sees to it that the job is there (:func:`start`), so that neither an emptied Redis nor a room that
is switched off stops it. When a task was begun last stands in Redis: of any number of workers one does it, and what a
stopped site missed is done once when it is back.

A task that failed is tried again after five minutes, then after ten, and so on, until it is done, its next time has
come, or a day has passed. One whose worker was killed is begun again by the worker that takes its tick over.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import redis
import rq
from ckan import model
from ckan.lib import jobs
from croniter import croniter

from ckanext.nxopendata.core import config, moved_jobs
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import CHINA, now

log = logging.getLogger(__name__)

EVERY_TICK = ""
"""In the place of cron's times: whenever the timer runs, which is once a minute or as ``timer_seconds`` says."""

TICK_TIMEOUT = 600
"""Seconds after which the queue gives a tick up, and with it what the tick is doing."""

FIRST_DELAY = dt.timedelta(minutes=5)
"""From a failure to the second attempt; doubled with each further one."""

GIVE_UP = dt.timedelta(days=1)
"""From the time of a task to its last attempt."""


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """Something done at the times that ``cron`` names, by China's clock, or at :data:`EVERY_TICK`."""

    name: str
    cron: str
    do: Callable[[], object]


TASKS: dict[str, ScheduledTask] = {}


def schedule(cron: str, name: str, do: Callable[[], object]) -> None:
    """Have ``do`` called at the times that ``cron`` (five fields) names, or at :data:`EVERY_TICK`.

    It is called in the language of the site, with an application context, and must bear being called twice.

    Raises:
        ValueError: the times are not written as cron writes them.
    """
    if cron != EVERY_TICK and not croniter.is_valid(cron):
        raise ValueError(cron)
    TASKS[name] = ScheduledTask(name, cron, do)


def run_due_tasks(moment: dt.datetime) -> list[str]:
    """Do what has come due since it was done last; one that fails does not keep the others from being done.

    Args:
        moment: now, with a zone.

    Returns:
        The names of the tasks that were begun.
    """
    begun = []
    for task in list(TASKS.values()):
        if task.cron == EVERY_TICK:
            _do(task)
        elif attempt := _claim(task, moment):
            is_done = _do(task)
            client().hdel(_key("running"), task.name)
            if is_done:
                _forget_attempts(task)
            else:
                _plan_attempt(task, moment, attempt + 1, FIRST_DELAY * 2 ** (attempt - 1))
        else:
            continue
        begun.append(task.name)
    return begun


def resume_interrupted(tick_id: str, moment: dt.datetime) -> None:
    """Have the tasks done now that a tick was doing when its worker was killed.

    Args:
        tick_id: Id of the tick's job, which is done again.
        moment: now, with a zone.
    """
    running: dict[bytes, bytes] = client().hgetall(_key("running"))
    for name, begun_by in running.items():
        if begun_by.decode() == tick_id and client().zscore(_key("retries"), name) is not None:
            client().zadd(_key("retries"), {name: moment.timestamp()})


def _do(task: ScheduledTask) -> bool:
    """Do a task; return whether it succeeded."""
    try:
        with site_language():
            task.do()
    except Exception:
        model.Session.rollback()
        log.exception("scheduled task %s failed", task.name)
        return False
    return True


# Which attempt is due. In Redis: when a task was begun last, the times of further attempts, and their numbers


def _key(*parts: str) -> str:
    return ":".join(["nx", tk.config["ckan.site_id"], *parts])


def _last_slot(task: ScheduledTask, moment: dt.datetime) -> dt.datetime:
    """Return the newest time of a task that is not after ``moment``."""
    local = moment.astimezone(CHINA) + dt.timedelta(microseconds=1)  # croniter looks strictly before
    return croniter(task.cron, local).get_prev(dt.datetime)


def _claim(task: ScheduledTask, moment: dt.datetime) -> int | None:
    """Return the number of the attempt that this process is to make now; None if there is none to make."""
    slot, connection = _last_slot(task, moment).isoformat(), client()
    last: Any = connection.getset(_key("clock", task.name), slot)
    if last in (slot, slot.encode()):
        due = connection.zscore(_key("retries"), task.name)
        # Of several processes one removes the entry.
        if due is None or due > moment.timestamp() or not connection.zrem(_key("retries"), task.name):
            return None
        attempt = int(connection.hget(_key("attempts"), task.name) or 1)
    else:
        attempt = 1
    # What a killed worker leaves undone is tried again: this stays unless the task ends.
    job = rq.get_current_job()
    connection.hset(_key("running"), task.name, job.id if job else "")
    _plan_attempt(task, moment, attempt + 1, dt.timedelta(seconds=TICK_TIMEOUT) + FIRST_DELAY)
    return attempt


def _plan_attempt(task: ScheduledTask, moment: dt.datetime, attempt: int, delay: dt.timedelta) -> None:
    if moment + delay > _last_slot(task, moment) + GIVE_UP:
        _forget_attempts(task)
        return
    client().hset(_key("attempts"), task.name, attempt)
    client().zadd(_key("retries"), {task.name: (moment + delay).timestamp()})


def _forget_attempts(task: ScheduledTask) -> None:
    client().zrem(_key("retries"), task.name)
    client().hdel(_key("attempts"), task.name)


# The timer


def start() -> None:
    """See to it that the timer runs; for every process of the site that starts.

    Jobs that an earlier version queued under names that are gone are found again, too.
    """
    try:
        moved_jobs.rename_once()
        start_timer()
    except redis.RedisError as error:
        log.warning("the timer is not started, as Redis does not answer: %s", error)


def tick() -> None:
    """Job: do what is due, and plan the next tick."""
    start_timer()
    if job := rq.get_current_job():
        resume_interrupted(job.id, now())
    run_due_tasks(now())


def start_timer() -> None:
    """See to it that :func:`tick` runs at the next full interval; any number of callers make one job of it."""
    seconds = config.timer_seconds()
    slot = int(time.time()) // seconds + 1
    queue = jobs.get_queue()
    job_id = f"{queue.name.replace(':', '-')}-timer-{slot}"
    if rq.job.Job.exists(job_id, connection=queue.connection):
        return
    when = dt.datetime.fromtimestamp(slot * seconds, dt.UTC)
    meta = {"title": "nx: timer"}
    queue.enqueue_at(when, tick, job_id=job_id, job_timeout=TICK_TIMEOUT, result_ttl=seconds * 2, meta=meta)
