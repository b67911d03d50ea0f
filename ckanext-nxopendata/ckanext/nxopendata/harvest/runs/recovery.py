"""Put in order what earlier runs of a source left behind."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.mirror import copy
from ckanext.nxopendata.harvest.models import PlanEntry, Run, Source
from ckanext.nxopendata.harvest.runs import apply as applying
from ckanext.nxopendata.harvest.runs import executor, retry, states, undo
from ckanext.nxopendata.harvest.runs.apply import Writer

log = logging.getLogger(__name__)


def recover(source_id: str, beginning_run: str, writer: Writer) -> None:
    """Index what earlier runs wrote, finish their undoing, close those that nobody goes on with, and drop plans that
    wait for a person and are about to be outdated.

    The lock of the source has passed to a new run, so nobody is working on them.

    Args:
        source_id: Id of the source.
        beginning_run: Id of the run that is beginning.
        writer: Indexes what was written.
    """
    runs = sa.select(Run.id).where(Run.source_id == source_id, Run.id != beginning_run)
    _index_written(source_id, runs, writer)
    last = model.Session.scalar(runs.where(Run.started.is_not(None)).order_by(Run.created.desc()).limit(1))
    if last and model.Session.get_one(Source, source_id).files == "mirror":
        copy.settle_run(last)
    for run_id in list(model.Session.scalars(runs.where(Run.state == "undoing"))):
        undo.finish_undo(run_id, writer, lambda: None)
    for run_id in list(model.Session.scalars(runs.where(Run.state.in_(("planning", "applying", "paused"))))):
        executor.fail(run_id, HarvestError("run_interrupted"))
    for run in model.Session.scalars(sa.select(Run).where(Run.id.in_(runs), Run.state == "held")):
        states.take_step(run, "supersede")
        run.note = run.note | {"superseded_by": beginning_run}
    model.Session.commit()


def _index_written(source_id: str, runs: sa.Select[tuple[str]], writer: Writer) -> None:
    query = sa.select(PlanEntry.run_id, PlanEntry.number).where(
        PlanEntry.run_id.in_(runs), PlanEntry.state == "written"
    )
    left: dict[str, list[int]] = {}
    for run_id, number in model.Session.execute(query):
        left.setdefault(run_id, []).append(number)
    for run_id, numbers in left.items():
        for start in range(0, len(numbers), config.chunk()):
            part = numbers[start : start + config.chunk()]
            retry.retry_on_outage(
                lambda run=run_id, part=part: applying.index_chunk(run, part, writer), config.patience()
            )
        log.warning("run %s of source %s left %s datasets that were not indexed", run_id, source_id, len(numbers))
