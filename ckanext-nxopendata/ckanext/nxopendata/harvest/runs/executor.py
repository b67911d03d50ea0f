"""Work on runs, and all of its transactions: plan a run, carry it out, undo it, put in order what a killed run left.

A run outlives its process, so it is committed in parts, here and nowhere below: a batch of the plan, a chunk of its
steps, then the same chunk in the search index. Each part may be repeated. Whoever goes on with a run whose worker was
killed finds in the states of the rows what is left to do; locks (:mod:`.coordination.locks`) keep two from doing it.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy.exc
from ckan import model

from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.harvest import config, formats
from ckanext.nxopendata.harvest.errors import HarvestError, Problem, RunBusyError
from ckanext.nxopendata.harvest.mirror import copy, versions
from ckanext.nxopendata.harvest.models import Run, Source
from ckanext.nxopendata.harvest.planning import findings, last_reading
from ckanext.nxopendata.harvest.planning.planner import Planner, PlanningStoppedError, Reached
from ckanext.nxopendata.harvest.runs import states
from ckanext.nxopendata.harvest.runs.coordination import locks, retry
from ckanext.nxopendata.harvest.runs.execution import apply, chunks, revert
from ckanext.nxopendata.harvest.runs.execution.apply import Writer
from ckanext.nxopendata.harvest.runs.execution.chunks import ChunkFailsError, Claim
from ckanext.nxopendata.harvest.runs.garbage_collection import rare_garbage_collection
from ckanext.nxopendata.harvest.runs.lifecycle import closing, decisions, plans, recovery, run_store
from ckanext.nxopendata.harvest.runs.progress import Progress, count_steps, ignore_progress
from ckanext.nxopendata.harvest.settings import source_settings

log = logging.getLogger(__name__)

Renew = Callable[[], object]
"""Renews the lock of the run's source."""


# A run in this process


def execute(run: Run, writer: Writer, progress: Progress = ignore_progress) -> Run:
    """Plan a run and, unless it has to be approved, carry it out in this process.

    A source that cannot be read ends the run as ``failed`` with the reason; it does not raise.

    Raises:
        RunBusyError: Another run of the source is under way.
    """
    run_id, source_id = run.id, run.source_id

    def plan_and_apply() -> Run:
        planned = _prepare(run_id, source_id, writer, progress, renew)
        return carry_out(run_id, writer, progress, renew) if planned.state == "applying" else planned

    with locks.lock_source(source_id, run_id) as renew:
        return _fail_on_error(run_id, plan_and_apply)


def approve(run_id: str, writer: Writer, progress: Progress = ignore_progress) -> Run:
    """Carry out a run that waits for a person, in this process.

    Raises:
        RunStateError: The run does not wait.
        RunBusyError: Its source is being harvested.
    """
    run = run_store.get(run_id)
    states.check_step(run, "approve")
    with locks.lock_source(run.source_id, run_id) as renew:
        decisions.release(run_id)
        model.Session.commit()
        return _fail_on_error(run_id, lambda: carry_out(run_id, writer, progress, renew))


def plan_for_workers(run_id: str, source_id: str, writer: Writer) -> Run:
    """Plan a run for others to carry out; the caller holds its source's lock. A run that cannot be planned has failed.

    Raises:
        RunBusyError: Another process plans it.
    """

    def renew() -> None:
        if not locks.take(source_id, run_id):
            raise HarvestError("run_interrupted")

    return _fail_on_error(run_id, lambda: _prepare(run_id, source_id, writer, ignore_progress, renew))


def _fail_on_error(run_id: str, work: Callable[[], Run]) -> Run:
    """Return the run; one that cannot go on has ended as ``failed``."""
    try:
        return work()
    except RunBusyError:
        raise
    except PlanningStoppedError:
        model.Session.rollback()
        return run_store.get(run_id)
    except HarvestError as error:
        reason = error
    except Exception as error:
        log.exception("run %s failed", run_id)
        reason = HarvestError("unexpected", reason=type(error).__name__)
    return retry.retry_on_outage(lambda: fail(run_id, reason), config.patience())


# Planning


def _prepare(run_id: str, source_id: str, writer: Writer, progress: Progress, renew: Renew) -> Run:
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
        run = run_store.get(run_id)
        if not states.is_possible("plan", run.state):
            return run
        _recover(source_id, run_id, writer)
        with rare_garbage_collection():
            return retry.retry_on_outage(lambda: _make_plan(run_id, report_progress), config.patience(), renew)


def _make_plan(run_id: str, progress: Progress) -> Run:
    """Read the source and store what is to be done; committed by the batch, so that the plan can be read as it grows.

    Safe to repeat: an unfinished plan is begun anew.

    Raises:
        HarvestError: The source cannot be read.
        PlanningStoppedError: The run was cancelled or paused.
    """
    began = time.monotonic()
    source = plans.begin(run_id)
    model.Session.commit()
    model.Session.expunge(source)
    checks_files = source.files == "mirror" and config.mirror_check_seconds() > 0 and versions.is_local()
    planner = None
    with source_settings.open_client(source) as client:
        first = last_reading.fetch_first_page(source, client)
        if first is not None:
            form = formats.detect(first) if source.format == "auto" else formats.get_format(source.format)
            planner = Planner(run_id, source, form)
            with first:
                _commit_each(planner.read(first, client), progress)
        elif checks_files:
            planner = Planner.of_unchanged(run_id, source)
        if planner and checks_files:
            _commit_each(planner.plan_files(), progress)
    seconds = round(time.monotonic() - began, 3)
    if planner is None or (first is None and not planner.has_news):
        run = plans.close_unchanged(run_id, source, seconds)
    else:
        run = plans.close(planner, seconds)
    model.Session.commit()
    model.Session.expire_all()
    return run


def _commit_each(batches: Iterator[Reached], progress: Progress) -> None:
    for records, declared_total in batches:
        model.Session.commit()
        progress("plan", records, declared_total)


def _recover(source_id: str, new_run_id: str, writer: Writer) -> None:
    """Put in order what earlier runs of the source left: index what they wrote, finish their undoing, close them."""
    for run_id, numbers in recovery.find_unindexed(source_id, new_run_id).items():
        for part in _split(numbers):
            retry.retry_on_outage(
                lambda run_id=run_id, part=part: _index_chunk(run_id, part, writer), config.patience()
            )
        log.warning("run %s of source %s left %s datasets that were not indexed", run_id, source_id, len(numbers))
    last = recovery.find_last_begun(source_id, new_run_id)
    if last and model.Session.get_one(Source, source_id).files == "mirror":
        copy.settle_run(last)
    for run_id in recovery.find_runs(source_id, new_run_id, ("undoing",)):
        finish_undo(run_id, writer, lambda: None)
    for run_id in recovery.find_runs(source_id, new_run_id, ("planning", "applying", "paused")):
        fail(run_id, HarvestError("run_interrupted"))
    recovery.supersede_held(source_id, new_run_id)
    model.Session.commit()


# Carrying out


def carry_out(run_id: str, writer: Writer, progress: Progress, renew: Renew) -> Run:
    """Carry out a run in this process, beside whatever workers claim its chunks too. Safe to repeat.

    Returns when the run is done, or when somebody cancelled or paused it.
    """
    with locks.WorkLocks() as work_locks, rare_garbage_collection():
        while True:
            renew()
            claimed = retry.retry_on_outage(lambda: claim_chunk(work_locks, run_id), config.patience(), renew)
            if claimed is None:
                run = finish(run_id)
                if run.state != "applying":
                    return run
                time.sleep(0.2)  # another process is at the last chunks
                continue
            carry_out_chunk(claimed, writer, renew)
            work_locks.release(claimed.key)
            progress("apply", *count_steps(run_id))


def work_for(writer: Writer, seconds: float) -> bool:
    """Carry out chunks by the priority of their runs for about ``seconds``; tell whether there is more to do."""
    end = time.monotonic() + seconds
    with locks.WorkLocks() as work_locks, rare_garbage_collection():
        while claimed := retry.retry_on_outage(lambda: claim_chunk(work_locks), config.patience()):
            renew = functools.partial(locks.renew_lock, claimed.source_id, claimed.run_id)
            renew()
            carry_out_chunk(claimed, writer, renew)
            work_locks.release(claimed.key)
            finish(claimed.run_id)
            if time.monotonic() > end:
                return bool(chunks.runs_by_priority())
    return False


def claim_chunk(work_locks: locks.WorkLocks, run_id: str | None = None) -> Claim | None:
    """Claim a chunk that nobody works on, of one run or by the priority of the runs; None when there is none."""
    for candidate in [run_id] if run_id else chunks.runs_by_priority():
        try:
            claimed = chunks.claim(work_locks, candidate)
        except ChunkFailsError as error:
            fail(candidate, error)
            continue
        if claimed:
            model.Session.commit()
            return claimed
    model.Session.rollback()
    return None


def carry_out_chunk(claimed: Claim, writer: Writer, renew: Renew) -> None:
    """Carry out a chunk and mark it done. Safe to repeat.

    Raises:
        ServiceUnreachableError: A service stayed away for longer than the configured patience.
    """
    began, mirroring = time.monotonic(), 0.0
    source = model.Session.get_one(Source, claimed.source_id, populate_existing=True)
    numbers, copies = chunks.list_steps(claimed), source.files == "mirror"
    if copies:
        _copy_files(claimed, source, renew)
        mirroring = time.monotonic() - began

    def write_and_index() -> None:
        left = chunks.list_steps(claimed)
        with site_language():  # what the rules say is kept, whoever began the run
            _write_chunk(claimed, left, writer)
        _index_chunk(claimed.run_id, left, writer)

    def mark_done() -> None:
        chunks.mark_done(claimed, time.monotonic() - began - mirroring, mirroring)
        model.Session.commit()

    retry.retry_on_outage(write_and_index, config.patience(), renew)
    if copies:
        retry.retry_on_outage(lambda: copy.settle(claimed.run_id, numbers), config.patience(), renew)
    retry.retry_on_outage(mark_done, config.patience(), renew)


def _copy_files(claimed: Claim, source: Source, renew: Renew) -> None:
    """Copy the files of a chunk's steps; committed by the step, as each may be large and slow."""
    model.Session.expunge(source)
    problems: list[Problem] = []
    with source_settings.open_client(source, config.mirror_limits()) as client:
        for found in copy.prepare(claimed.run_id, claimed.source_id, chunks.list_steps(claimed), client):
            model.Session.commit()
            renew()
            problems += found
    for problem in problems:
        findings.add(claimed.run_id, problem)
    model.Session.commit()


def _write_chunk(claimed: Claim, numbers: Sequence[int], writer: Writer) -> None:
    """Write steps and what became of them in one transaction; a step that the database refuses does not stop others."""
    try:
        apply.write_steps(claimed.run_id, claimed.source_id, numbers, writer)
        model.Session.commit()
    except sqlalchemy.exc.DBAPIError as error:
        model.Session.rollback()
        if retry.outage_code(error):
            raise
        if len(numbers) > 1:  # find the step that the database refuses
            middle = len(numbers) // 2
            for half in (numbers[:middle], numbers[middle:]):
                _write_chunk(claimed, half, writer)
            return
        apply.refuse_step(claimed.run_id, numbers[0], str(error.orig))
        model.Session.commit()


def _index_chunk(run_id: str, numbers: Sequence[int], writer: Writer) -> None:
    apply.index_steps(run_id, numbers, writer)
    model.Session.commit()
    model.Session.expunge_all()


def finish(run_id: str) -> Run:
    """Close a run whose chunks are all done, and remember its reading for the next. Safe to repeat."""
    run = run_store.lock(run_id)
    finished = closing.finish(run)
    model.Session.commit()
    if finished:
        locks.release(run.source_id, run_id)
        log.info("run %s done: %s", run_id, run.counts)
    return run


def fail(run_id: str, error: HarvestError) -> Run:
    """End a run that could not go on. What it has written so far stays; one that was cancelled meanwhile stays so."""
    model.Session.rollback()
    run = closing.fail(run_id, error)
    model.Session.commit()
    locks.release(run.source_id, run_id)
    log.warning("run %s of source %s failed: %s", run_id, run.source_id, error)
    return run


# Undoing


def undo(run_id: str, writer: Writer) -> Run:
    """Bring the datasets of a finished run back to what they were before it. Goes on with an undoing that stopped.

    Datasets that the run created are deleted (a sysadmin can undelete them); the others get their former
    content, edits that people made since then included in what is lost. The source is read anew by the next run.

    Raises:
        RunStateError: It is not the last run of its source that changed anything.
        RunBusyError: Its source is being harvested.
    """
    try:
        run = decisions.begin_undo(run_id)
    except HarvestError:
        model.Session.rollback()
        raise
    model.Session.commit()
    with locks.lock_source(run.source_id, run_id) as renew:
        return finish_undo(run_id, writer, renew)


def finish_undo(run_id: str, writer: Writer, renew: Renew) -> Run:
    """Carry out an undoing that has begun, under the lock of its source. Safe to repeat.

    Raises:
        RunBusyError: Another process undoes the run.
    """

    def undo_all() -> Run:
        source_id = run_store.get(run_id).source_id
        for part in _split(revert.list_steps(run_id)):
            renew()
            _undo_chunk(run_id, source_id, part, writer)
        run = closing.finish_undo(run_id)
        model.Session.commit()
        return run

    with locks.WorkLocks() as work_locks:
        if not retry.retry_on_outage(lambda: work_locks.take(f"undo:{run_id}"), config.patience(), renew):
            raise RunBusyError
        return retry.retry_on_outage(undo_all, config.patience(), renew)


def _undo_chunk(run_id: str, source_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Take steps back in one transaction, then in the index; in between they are ``reverted``."""
    revert.revert_steps(run_id, source_id, numbers, writer)
    model.Session.commit()
    revert.index_reverted(run_id, numbers, writer)
    model.Session.commit()
    model.Session.expunge_all()


def _split(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the numbers of as many steps as a transaction takes."""
    for start in range(0, len(numbers), config.chunk()):
        yield numbers[start : start + config.chunk()]
