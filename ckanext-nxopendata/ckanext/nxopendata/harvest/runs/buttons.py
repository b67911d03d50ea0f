"""What a person may decide about a run, by the state it is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk


@dataclass(frozen=True, slots=True)
class Step:
    """A button.

    :param states: of the run in which it can be taken
    :param action: what carries it out
    :param title: of the button, when called
    :param meaning: what it does, for whoever is asked to confirm it
    """

    name: str
    states: frozenset[str]
    action: str
    title: Callable[[], str]
    meaning: Callable[[], str]
    tone: str = "default"
    data: Mapping[str, Any] = field(default_factory=dict)


STEPS = (
    Step(
        "approve",
        frozenset({"held"}),
        "nx_harvest_run_approve",
        lambda: tk._("Approve"),
        lambda: tk._("The plan is carried out as it stands, withdrawals included. It can be undone later."),
        "primary",
        {"queue": True},
    ),
    Step(
        "refuse",
        frozenset({"held"}),
        "nx_harvest_run_refuse",
        lambda: tk._("Refuse the plan"),
        lambda: tk._("The plan is dropped; nothing is written. The next run makes a new one."),
    ),
    Step(
        "pause",
        frozenset({"pending", "planning", "applying"}),
        "nx_harvest_run_pause",
        lambda: tk._("Pause"),
        lambda: tk._("The run stops after the datasets it is at, and goes on when somebody resumes it."),
    ),
    Step(
        "resume",
        frozenset({"paused"}),
        "nx_harvest_run_resume",
        lambda: tk._("Resume"),
        lambda: tk._("The run goes on where it stopped."),
        "primary",
    ),
    Step(
        "cancel",
        frozenset({"pending", "planning", "applying", "paused"}),
        "nx_harvest_run_cancel",
        lambda: tk._("Cancel the run"),
        lambda: tk._("The run stops after the datasets it is at. What is written stays; what is not is dropped."),
        "danger",
    ),
    Step(
        "undo",
        frozenset({"done", "cancelled"}),
        "nx_harvest_run_undo",
        lambda: tk._("Undo"),
        lambda: tk._(
            "All datasets of this run become what they were before it: new ones are deleted, withdrawn ones come"
            " back, changed ones get their former content. Edits that people made since are lost."
        ),
        "danger",
        {"queue": True},
    ),
)


def possible(run: Mapping[str, Any], may: Callable[[str, str], bool]) -> list[Step]:
    """The steps that the reader may take with the run.

    :param may: whether the reader may do an action with the run of an id
    """
    return [
        step for step in STEPS if run["state"] in step.states and _offered(step, run) and may(step.action, run["id"])
    ]


def _offered(step: Step, run: Mapping[str, Any]) -> bool:
    if step.name == "undo":
        return any(run["counts"].get(kind) for kind in ("create", "update", "withdraw", "restore"))
    return True
