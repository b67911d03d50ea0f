"""The states of a run and the steps between them: one table for actions, pages and workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.core.workflow import transition
from ckanext.nxopendata.harvest.errors import RunStateError

if TYPE_CHECKING:
    from ckanext.nxopendata.harvest.models import Run

FINAL = frozenset({"done", "failed", "refused", "cancelled", "undone"})
"""States of a run that is over."""

UNDER_WAY = frozenset({"pending", "planning", "applying", "paused", "undoing"})
"""States of a run that has begun or waits to begin; its source is not harvested a second time meanwhile."""

WAITS = FINAL | {"held", "paused"}
"""States in which nothing happens by itself."""


WORKER, PERSON = "worker", "person"
"""Who takes a step: a worker by itself, or somebody who decides."""

STEPS = (
    *transition("plan", ("pending", "planning"), "planning", WORKER),
    *transition("skip", "planning", "done", WORKER),
    *transition("hold", "planning", "held", WORKER),
    *transition("apply", "planning", "applying", WORKER),
    *transition("approve", "held", "applying", PERSON),
    *transition("refuse", "held", "refused", PERSON),
    *transition("supersede", "held", "cancelled", WORKER),
    *transition("pause", ("pending", "planning", "applying"), "paused", PERSON),
    *transition("resume", "paused", "pending", PERSON),
    *transition("resume_applying", "paused", "applying", PERSON),
    *transition("cancel", ("pending", "planning", "held", "applying", "paused"), "cancelled", PERSON),
    *transition("finish", "applying", "done", WORKER),
    *transition("fail", ("pending", "planning", "applying", "paused"), "failed", WORKER),
    *transition("undo", ("done", "cancelled", "undoing"), "undoing", PERSON),
    *transition("finish_undo", "undoing", "undone", WORKER),
)
"""The steps of a run. A source that said that nothing changed is skipped; a run that waits for a person is superseded
when the next run of its source begins."""

TARGETS = {row.action: row.target for row in STEPS}

ERRORS = {
    "approve": "run_not_held",
    "refuse": "run_not_held",
    "resume": "run_not_paused",
    "resume_applying": "run_not_paused",
    "undo": "run_not_undoable",
}
"""Code of the message for who tries a step in another state, where it is not ``run_not_running``."""


def list_sources(step: str) -> frozenset[str]:
    """List the states in which a step is possible."""
    return frozenset(row.source for row in STEPS if row.action == step)


def is_possible(step: str, state: str) -> bool:
    """Tell whether a run in ``state`` may take the step."""
    return state in list_sources(step)


def check_step(run: Run, step: str) -> None:
    """Check that a run may take a step.

    Raises:
        RunStateError: The run is in a state in which the step is not possible.
    """
    if not is_possible(step, run.state):
        raise RunStateError(ERRORS.get(step, "run_not_running"))


def take_step(run: Run, step: str) -> None:
    """Bring a run to the state that a step leads to; the caller holds the run's row and commits.

    Raises:
        RunStateError: The run is in a state in which the step is not possible.
    """
    check_step(run, step)
    run.state = TARGETS[step]
    if run.state in FINAL:
        run.finished = run.finished or utc_now()  # that of a run that is undone stays
