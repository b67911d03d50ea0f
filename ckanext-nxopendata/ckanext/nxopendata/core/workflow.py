"""Workflows as tables: a row says who may move a thing from one state to another, and whether words are needed.

A workflow is a tuple of :class:`Transition`; what the states, actions and roles are called, and what a step does, is
the business of the room. Imports nothing of CKAN.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

EDITOR, HEAD, OFFICE = "editor", "head", "office"
"""Roles that several workflows have: who fills in, the head of the department, the office that supervises."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one state to another.

    Attributes:
        action: its name; one name may leave several states.
        source: the state in which it exists.
        target: the state to which it leads.
        roles: who may take it.
        opinion: whether it needs one in words.
        conditions: each a set of words, one of which must hold for the step to exist, such as the kinds of things or
            the ways of review.
    """

    action: str
    source: str
    target: str
    roles: frozenset[str]
    opinion: bool = False
    conditions: tuple[frozenset[str], ...] = ()


class TransitionError(Exception):
    """No such step from this state, or not for these roles.

    Attributes:
        action: the step.
        state: where the thing stands.
        forbidden: True when the step exists, for others.
    """

    def __init__(self, action: str, state: str, *, forbidden: bool) -> None:
        super().__init__(action, state)
        self.action = action
        self.state = state
        self.forbidden = forbidden


def transition(
    action: str,
    source: str | Iterable[str],
    target: str,
    *roles: str,
    opinion: bool = False,
    conditions: Iterable[Iterable[str]] = (),
) -> list[Transition]:
    """Return the rows of a step: one for each of its sources."""
    sources = (source,) if isinstance(source, str) else source
    needed = tuple(frozenset(words) for words in conditions)
    return [Transition(action, state, target, frozenset(roles), opinion, needed) for state in sources]


def list_possible(
    transitions: Iterable[Transition], state: str, roles: Collection[str], facts: Collection[str] = ()
) -> list[Transition]:
    """Return the steps that somebody with ``roles`` may take now, in the order of the table.

    Args:
        facts: the words that hold of the thing, for the conditions of the steps.
    """
    return [row for row in _existing(transitions, state, facts) if row.roles & set(roles)]


def find_step(
    transitions: Iterable[Transition], action: str, state: str, roles: Collection[str], facts: Collection[str] = ()
) -> Transition:
    """Return the transition that ``action`` means now.

    Raises:
        TransitionError: the state has no such step, or it is not for ``roles``.
    """
    rows = [row for row in _existing(transitions, state, facts) if row.action == action]
    for row in rows:
        if row.roles & set(roles):
            return row
    raise TransitionError(action, state, forbidden=bool(rows))


def _existing(transitions: Iterable[Transition], state: str, facts: Collection[str]) -> list[Transition]:
    held = set(facts)
    return [row for row in transitions if row.source == state and all(words & held for words in row.conditions)]
