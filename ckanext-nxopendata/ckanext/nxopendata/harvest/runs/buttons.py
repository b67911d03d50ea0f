"""The buttons by which a person decides about a run, by the state it is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.harvest.runs.states import list_sources


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a run's page.

    Attributes:
        name: Name of the decision, part of an address.
        states: States of a run in which the button is offered.
        action: The action that carries the decision out.
        title: Text of the button.
        meaning: What the decision does, for who is asked to confirm it.
        tone: How the button looks.
        data: Further parameters of the action.
    """

    name: str
    states: frozenset[str]
    action: str
    title: LazyString
    meaning: LazyString
    tone: str = "default"
    data: Mapping[str, Any] = field(default_factory=dict)


BUTTONS = (
    Button(
        "approve",
        list_sources("approve"),
        "nx_harvest_run_approve",
        _("Approve"),
        _("The plan is carried out as it stands, withdrawals included. It can be undone later."),
        "primary",
        {"queue": True},
    ),
    Button(
        "refuse",
        list_sources("refuse"),
        "nx_harvest_run_refuse",
        _("Refuse the plan"),
        _("The plan is dropped; nothing is written. The next run makes a new one."),
    ),
    Button(
        "pause",
        list_sources("pause"),
        "nx_harvest_run_pause",
        _("Pause"),
        _("The run stops after the datasets it is at, and goes on when somebody resumes it."),
    ),
    Button(
        "resume",
        list_sources("resume"),
        "nx_harvest_run_resume",
        _("Resume"),
        _("The run goes on where it stopped."),
        "primary",
    ),
    Button(
        "cancel",
        list_sources("cancel") - {"held"},
        "nx_harvest_run_cancel",
        _("Cancel the run"),
        _("The run stops after the datasets it is at. What is written stays; what is not is dropped."),
        "danger",
    ),
    Button(
        "undo",
        list_sources("undo") - {"undoing"},
        "nx_harvest_run_undo",
        _("Undo"),
        _(
            "All datasets of this run become what they were before it: new ones are deleted, withdrawn ones come"
            " back, changed ones get their former content. Edits that people made since are lost."
        ),
        "danger",
        {"queue": True},
    ),
)


def list_buttons(run: Mapping[str, Any], may: Callable[[str, str], bool]) -> list[Button]:
    """List the buttons of a run that the reader may press.

    Args:
        run: The run as the actions give it.
        may: Whether the reader may do an action with the run of an id.
    """
    return [
        button
        for button in BUTTONS
        if run["state"] in button.states and _is_useful(button, run) and may(button.action, run["id"])
    ]


def _is_useful(button: Button, run: Mapping[str, Any]) -> bool:
    """Tell whether there is anything to decide: a run that changed nothing cannot be undone."""
    if button.name == "undo":
        return any(run["counts"].get(kind) for kind in ("create", "update", "withdraw", "restore"))
    return True
