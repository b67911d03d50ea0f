"""The states of a run and the steps between them: one table for actions, pages and workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest.errors import RunStateError

if TYPE_CHECKING:
    from ckanext.nxopendata.harvest.models import Run

FINAL = frozenset({"done", "failed", "refused", "cancelled", "undone"})
"""States of a run that is over."""

UNDER_WAY = frozenset({"pending", "planning", "applying", "paused", "undoing"})
"""States of a run that has begun or waits to begin; its source is not harvested a second time meanwhile."""

WAITS = FINAL | {"held", "paused"}
"""States in which nothing happens by itself."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one state of a run to another.

    Attributes:
        sources: States in which the step is possible.
        target: The state that it leads to.
        error: Code of the message for who tries the step in another state.
    """

    sources: frozenset[str]
    target: str
    error: str = "run_not_running"


TRANSITIONS: Mapping[str, Transition] = {
    "plan": Transition(frozenset({"pending", "planning"}), "planning"),
    "skip": Transition(frozenset({"planning"}), "done"),
    "hold": Transition(frozenset({"planning"}), "held"),
    "apply": Transition(frozenset({"planning"}), "applying"),
    "approve": Transition(frozenset({"held"}), "applying", "run_not_held"),
    "refuse": Transition(frozenset({"held"}), "refused", "run_not_held"),
    "supersede": Transition(frozenset({"held"}), "cancelled"),
    "pause": Transition(frozenset({"pending", "planning", "applying"}), "paused", "run_not_running"),
    "resume": Transition(frozenset({"paused"}), "pending", "run_not_paused"),
    "resume_applying": Transition(frozenset({"paused"}), "applying", "run_not_paused"),
    "cancel": Transition(frozenset({"pending", "planning", "held", "applying", "paused"}), "cancelled"),
    "finish": Transition(frozenset({"applying"}), "done"),
    "fail": Transition(frozenset({"pending", "planning", "applying", "paused"}), "failed"),
    "undo": Transition(frozenset({"done", "cancelled", "undoing"}), "undoing", "run_not_undoable"),
    "finish_undo": Transition(frozenset({"undoing"}), "undone"),
}
"""Name of a step -> the step. A source that said that nothing changed is skipped; a run that waits for a person is
superseded when the next run of its source begins."""


def is_possible(step: str, state: str) -> bool:
    """Tell whether a run in ``state`` may take the step."""
    return state in TRANSITIONS[step].sources


def check_step(run: Run, step: str) -> None:
    """Check that a run may take a step.

    Raises:
        RunStateError: The run is in a state in which the step is not possible.
    """
    if run.state not in TRANSITIONS[step].sources:
        raise RunStateError(TRANSITIONS[step].error)


def take_step(run: Run, step: str) -> None:
    """Bring a run to the state that a step leads to; the caller holds the run's row and commits.

    Raises:
        RunStateError: The run is in a state in which the step is not possible.
    """
    check_step(run, step)
    run.state = TRANSITIONS[step].target
    if run.state in FINAL:
        run.finished = run.finished or utc_now()  # that of a run that is undone stays
