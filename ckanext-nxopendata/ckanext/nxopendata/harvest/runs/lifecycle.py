"""A run from its beginning to its end: create, plan, carry out, and the decisions of people on the way.

:mod:`.states` says which step is possible in which state. Each step is a transaction of its own, because locks
outside of the database go with it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config, formats
from ckanext.nxopendata.harvest.errors import HarvestError, RunBusyError
from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.models import Chunk, Finding, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.planning import decisions, known_records, last_reading
from ckanext.nxopendata.harvest.planning.planner import Planner, PlanningStoppedError
from ckanext.nxopendata.harvest.runs import executor, locks, recovery, retry, states
from ckanext.nxopendata.harvest.runs.apply import Writer
from ckanext.nxopendata.harvest.runs.executor import Progress, carry_out, fail, ignore_progress
from ckanext.nxopendata.harvest.sources import settings

log = logging.getLogger(__name__)


def create(source: Source, user_name: str) -> Run:
    """Create a run that has not begun."""
    run = Run(source_id=source.id, user_name=user_name, state="pending", created=utc_now())
    for name, empty in (("counts", {}), ("stages", {}), ("doubts", []), ("evidence", {}), ("note", {})):
        setattr(run, name, empty)
    run.problem_count = 0
    model.Session.add(run)
    model.Session.commit()
    return run


def find_under_way(source_id: str) -> Run | None:
    """Find the oldest run of a source that has begun or waits to begin."""
    query = sa.select(Run).where(Run.source_id == source_id, Run.state.in_(states.UNDER_WAY)).order_by(Run.created)
    return model.Session.scalars(query.limit(1)).first()


# Planning and carrying out


def execute(run: Run, writer: Writer, progress: Progress = ignore_progress) -> Run:
    """Plan a run and, unless it has to be approved, carry it out in this process.

    A source that cannot be read ends the run as ``failed`` with the reason; it does not raise.

    Raises:
        RunBusyError: Another run of the source is under way.
    """
    run_id, source_id = run.id, run.source_id

    def plan_and_apply() -> Run:
        planned = prepare(run_id, source_id, writer, progress, renew)
        return carry_out(run_id, writer, progress, renew) if planned.state == "applying" else planned

    with locks.lock_source(source_id, run_id) as renew:
        return _fail_on_error(run_id, plan_and_apply)


def plan_for_workers(run_id: str, source_id: str, writer: Writer) -> Run:
    """Plan a run for others to carry out; the caller holds its source's lock. A run that cannot be planned has failed.

    Raises:
        RunBusyError: Another process plans it.
    """

    def renew() -> None:
        if not locks.take(source_id, run_id):
            raise HarvestError("run_interrupted")

    return _fail_on_error(run_id, lambda: prepare(run_id, source_id, writer, ignore_progress, renew))


def prepare(run_id: str, source_id: str, writer: Writer, progress: Progress, renew: Callable[[], None]) -> Run:
    """Plan a run, under its source's lock. Of two processes that are given the same run only one plans it.

    Raises:
        HarvestError: The source cannot be read.
        RunBusyError: Another process plans the run.
    """

    def report_progress(stage: str, done: int, total: int | None) -> None:
        renew()
        progress(stage, done, total)

    with locks.WorkLocks() as work_locks:
        if not retry.retry_on_outage(lambda: work_locks.take(f"plan:{run_id}"), config.patience(), renew):
            raise RunBusyError
        run = model.Session.get_one(Run, run_id, populate_existing=True)
        if not states.is_possible("plan", run.state):
            return run
        recovery.recover(source_id, run_id, writer)
        with executor.rare_garbage_collection():
            return retry.retry_on_outage(lambda: make_plan(run_id, report_progress), config.patience(), renew)


def _fail_on_error(run_id: str, do: Callable[[], Run]) -> Run:
    """Return the run; one that cannot go on has ended as ``failed``."""
    try:
        return do()
    except RunBusyError:
        raise
    except HarvestError as error:
        return _fail_persistently(run_id, error)
    except PlanningStoppedError:
        model.Session.rollback()
        return model.Session.get_one(Run, run_id, populate_existing=True)
    except Exception as error:
        log.exception("run %s failed", run_id)
        return _fail_persistently(run_id, HarvestError("unexpected", reason=type(error).__name__))


def _fail_persistently(run_id: str, error: HarvestError) -> Run:
    return retry.retry_on_outage(lambda: fail(run_id, error), config.patience())


def make_plan(run_id: str, progress: Progress = ignore_progress) -> Run:
    """Read the source and store what is to be done. Safe to repeat: an unfinished plan is begun anew.

    Raises:
        HarvestError: The source cannot be read.
        PlanningStoppedError: The run was cancelled or paused.
    """
    began = time.monotonic()
    run = _locked(run_id)
    if not states.is_possible("plan", run.state):
        raise PlanningStoppedError
    source = model.Session.get_one(Source, run.source_id, populate_existing=True)
    for table in (Chunk, PlanEntry, Finding):
        model.Session.execute(sa.delete(table).where(table.run_id == run_id))
    states.take_step(run, "plan")
    run.started = run.heartbeat = utc_now()
    model.Session.commit()
    model.Session.expunge(source)
    checks_files = source.files == "mirror" and config.mirror_check_seconds() > 0 and versions.is_local()

    def report_progress(done: int, total: int | None) -> None:
        progress("plan", done, total)

    with settings.open_client(source) as client:
        first = last_reading.fetch_first_page(source, client)
        if first is None:
            planner = Planner.of_unchanged(run_id, source) if checks_files else None
            if planner is None or not planner.plan_files(lambda: report_progress(0, None)):
                return _close_unchanged(run_id, source, began)
            return _close_plan(planner, began)
        form = formats.detect(first) if source.format == "auto" else formats.get_format(source.format)
        planner = Planner(run_id, source, form)
        planner.read(first, client, report_progress)
        if checks_files:
            found = planner.completeness
            planner.plan_files(lambda: report_progress(found.records, found.declared_total))
    return _close_plan(planner, began)


def _close_unchanged(run_id: str, source: Source, began: float) -> Run:
    """End the run of a source that says that nothing has changed."""
    run = _locked_while_planning(run_id)
    run.counts = dict.fromkeys(decisions.KINDS, 0) | {"unchanged": known_records.count_present(source.id)}
    run.stages = {"plan": round(time.monotonic() - began, 3)}
    run.note = {"not_modified": True}
    states.take_step(run, "skip")
    model.Session.commit()
    return run


def _close_plan(planner: Planner, began: float) -> Run:
    """Decide on withdrawals now that the reading has ended, and whether a person has to approve the run."""
    source, completeness = planner.source, planner.completeness
    issues = decisions.find_issues(completeness)
    present = known_records.count_present(source.id)
    if not issues and completeness.whole:
        planner.plan_withdrawals()
    planner.flush()
    run = _locked_while_planning(planner.run_id)
    run.doubts = issues
    run.evidence = {
        "pages": completeness.pages,
        "records": completeness.records,
        "declared_total": completeness.declared_total,
        "trail": completeness.trail if not completeness.issues else [],
        "fingerprint": planner.fingerprint,
        "memory": completeness.memory,
    }
    run.stages = {"plan": round(time.monotonic() - began, 3)}
    reason = planner.reason_to_hold(present)
    run.note = {"held": reason} if reason else {}
    states.take_step(run, "hold" if reason else "apply")
    run.planned = utc_now()
    executor.split_into_chunks(run.id, config.chunk())
    model.Session.commit()
    model.Session.expire_all()
    log.info("run %s of source %s planned: %s", run.id, source.name, run.counts)
    return run


# Decisions of people


def approve(run_id: str, writer: Writer, progress: Progress = ignore_progress) -> Run:
    """Carry out a run that waits for a person, in this process.

    Raises:
        RunStateError: The run does not wait.
        RunBusyError: Its source is being harvested.
    """
    source_id = _decide(run_id, "approve", check_only=True).source_id
    with locks.lock_source(source_id, run_id) as renew:
        release(run_id)
        return _fail_on_error(run_id, lambda: carry_out(run_id, writer, progress, renew))


def release(run_id: str) -> Run:
    """Let a run that waits for a person be carried out by whoever is free.

    Raises:
        RunStateError: The run does not wait.
    """
    run = _decide(run_id, "approve")
    executor.split_into_chunks(run_id, config.chunk())
    run.planned = utc_now()
    model.Session.commit()
    return run


def refuse(run_id: str) -> Run:
    """Drop the plan of a run that waits for a person; nothing is written.

    Raises:
        RunStateError: The run does not wait.
    """
    run = _decide(run_id, "refuse")
    model.Session.commit()
    return run


def cancel(run_id: str) -> Run:
    """Stop a run after the chunks that are being written; what is written stays, what is not is dropped.

    A run that is over already, or that is being undone, stays as it is.
    """
    run = _locked(run_id)
    if states.is_possible("cancel", run.state):
        states.take_step(run, "cancel")
    model.Session.commit()
    locks.release(run.source_id, run_id)
    return run


def pause(run_id: str) -> Run:
    """Stop a run after the chunks that are being written, until it is resumed. Its source stays locked for it.

    Raises:
        RunStateError: There is nothing to pause.
    """
    run = _locked(run_id)
    before = run.state
    _take_step(run, "pause")
    run.note = run.note | {"paused": before}
    model.Session.commit()
    return run


def resume(run_id: str) -> Run:
    """Let a paused run go on: with its plan if it had been finished, else from the beginning.

    Raises:
        RunStateError: It is not paused.
        RunBusyError: Another run of its source has begun.
    """
    run = _locked(run_id)
    _take_step(run, "resume_applying" if run.note.get("paused") == "applying" else "resume")
    if not locks.take(run.source_id, run_id):
        model.Session.rollback()
        raise RunBusyError
    run.note = {key: value for key, value in run.note.items() if key != "paused"}
    model.Session.commit()
    return run


def _decide(run_id: str, step: str, *, check_only: bool = False) -> Run:
    """Lock a run and take a step with it; the caller commits.

    Args:
        run_id: Id of the run.
        step: Name of a transition.
        check_only: Only look whether the step is possible, and change nothing.

    Raises:
        RunStateError: The step is not possible.
    """
    run = _locked(run_id)
    _take_step(run, step)
    if check_only:
        model.Session.rollback()
    return run


def _locked(run_id: str) -> Run:
    return model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)


def _locked_while_planning(run_id: str) -> Run:
    run = _locked(run_id)
    if run.state != "planning":
        raise PlanningStoppedError
    return run


def _take_step(run: Run, step: str) -> None:
    try:
        states.take_step(run, step)
    except HarvestError:
        model.Session.rollback()
        raise
