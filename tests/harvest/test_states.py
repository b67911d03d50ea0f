"""The states of a run: which step is possible in which state, and where it leads."""

from types import SimpleNamespace
from typing import Any

import pytest

from ckanext.nxopendata.harvest.errors import RunStateError
from ckanext.nxopendata.harvest.messages import MESSAGES
from ckanext.nxopendata.harvest.runs import states


def a_run(state: str) -> Any:
    return SimpleNamespace(state=state, finished=None)


@pytest.mark.parametrize(("step", "state"), [(row.action, row.source) for row in states.STEPS])
def test_a_step_leads_to_its_state_and_the_end_of_a_run_has_its_time(step, state):
    run = a_run(state)
    states.take_step(run, step)
    assert run.state == states.TARGETS[step]
    assert (run.finished is not None) == (run.state in states.FINAL)


@pytest.mark.parametrize(
    ("step", "state", "code"),
    [
        ("approve", "applying", "run_not_held"),
        ("refuse", "done", "run_not_held"),
        ("pause", "held", "run_not_running"),
        ("resume", "applying", "run_not_paused"),
        ("undo", "failed", "run_not_undoable"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_with_its_reason_and_changes_nothing(step, state, code):
    run = a_run(state)
    with pytest.raises(RunStateError, match=code):
        states.take_step(run, step)
    assert run.state == state
    assert code in MESSAGES


def test_a_run_that_is_over_can_only_be_undone():
    possible = {(name, state) for name in states.TARGETS for state in states.FINAL if states.is_possible(name, state)}
    assert possible == {("undo", "done"), ("undo", "cancelled")}
