"""The states of a dataset's catalogue entry and who moves it between them (1272 guide and the practice of its review).

Draft, submitted for registration, registered, submitted for publication, published, withdrawn, with return and
refusal; two levels: the department's head registers, the supervising office publishes. A pending change of a
published dataset walks the same way beside the live one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

DRAFT = "draft"
SUBMITTED = "submitted"
REGISTERED = "registered"
PUBLISHING = "publishing"
SCHEDULED = "scheduled"
PUBLISHED = "published"
WITHDRAWN = "withdrawn"
REFUSED = "refused"

STATES = (DRAFT, SUBMITTED, REGISTERED, PUBLISHING, SCHEDULED, PUBLISHED, WITHDRAWN, REFUSED)
LOCKED = (SUBMITTED, PUBLISHING, SCHEDULED)
"""States in which the content rests: somebody is looking at it, or has approved it."""

CLOSED = (PUBLISHED, REFUSED)
"""States that end a pending change."""

EDITOR = "editor"
HEAD = "head"
OFFICE = "office"
CLOCK = "clock"
"""The role of the portal's own timer."""

NEW = "new"
CHANGE = "change"

BY_OFFICE = "office"
TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the machine.

    Attributes:
        action: its name; one name may leave several states.
        roles: who may take it.
        opinion: whether it needs one in words.
        modes: the ways of review in which it exists: ``office``, two levels, or ``trusted``, the head alone.
        kinds: whether for new datasets, for pending changes, or both.
    """

    action: str
    source: str
    target: str
    roles: frozenset[str]
    opinion: bool = False
    modes: tuple[str, ...] = (BY_OFFICE, TRUSTED)
    kinds: tuple[str, ...] = (NEW, CHANGE)


def _t(action: str, source: str, target: str, *roles: str, **more: object) -> Transition:
    return Transition(action, source, target, frozenset(roles), **more)  # type: ignore[arg-type]


TRANSITIONS = (
    _t("submit", DRAFT, SUBMITTED, EDITOR),
    _t("recall", SUBMITTED, DRAFT, EDITOR),
    _t("register", SUBMITTED, REGISTERED, HEAD, modes=(BY_OFFICE,)),
    _t("forward", SUBMITTED, PUBLISHING, HEAD, modes=(BY_OFFICE,)),
    _t("publish", SUBMITTED, PUBLISHED, HEAD, modes=(TRUSTED,)),
    _t("schedule", SUBMITTED, SCHEDULED, HEAD, modes=(TRUSTED,)),
    _t("return", SUBMITTED, DRAFT, HEAD, opinion=True),
    _t("refuse", SUBMITTED, REFUSED, HEAD, opinion=True),
    _t("request", REGISTERED, PUBLISHING, EDITOR),
    _t("revise", REGISTERED, DRAFT, EDITOR),
    _t("recall", PUBLISHING, REGISTERED, EDITOR),
    _t("publish", PUBLISHING, PUBLISHED, OFFICE),
    _t("schedule", PUBLISHING, SCHEDULED, OFFICE),
    _t("return", PUBLISHING, DRAFT, OFFICE, opinion=True),
    _t("refuse", PUBLISHING, REFUSED, OFFICE, opinion=True),
    _t("release", SCHEDULED, PUBLISHED, CLOCK),
    _t("return", SCHEDULED, DRAFT, OFFICE, CLOCK, opinion=True),
    _t("return", SCHEDULED, DRAFT, HEAD, opinion=True, modes=(TRUSTED,)),
    _t("withdraw", PUBLISHED, WITHDRAWN, HEAD, OFFICE, opinion=True, kinds=(NEW,)),
    _t("reopen", WITHDRAWN, DRAFT, EDITOR, kinds=(NEW,)),
    _t("reopen", REFUSED, DRAFT, EDITOR, kinds=(NEW,)),
    _t("discard", DRAFT, REFUSED, EDITOR, kinds=(CHANGE,)),
    *(_t("end", state, REFUSED, CLOCK, kinds=(CHANGE,)) for state in (DRAFT, *LOCKED, REGISTERED)),
)


class NotPossible(Exception):
    """No such step from this state, or not for these roles.

    Attributes:
        action: the step.
        state: where the entry stands.
        forbidden: True when the step exists, for others.
    """

    def __init__(self, action: str, state: str, *, forbidden: bool) -> None:
        super().__init__(action, state)
        self.action = action
        self.state = state
        self.forbidden = forbidden


def possible(state: str, roles: Collection[str], mode: str, kind: str) -> list[Transition]:
    """The steps somebody with ``roles`` may take now, in the order of :data:`TRANSITIONS`."""
    return [arrow for arrow in _from(state, mode, kind) if arrow.roles & set(roles)]


def step(action: str, state: str, roles: Collection[str], mode: str, kind: str) -> Transition:
    """The transition that ``action`` means now.

    Raises:
        NotPossible: the state has no such step, or it is not for ``roles``.
    """
    arrows = [arrow for arrow in _from(state, mode, kind) if arrow.action == action]
    for arrow in arrows:
        if arrow.roles & set(roles):
            return arrow
    raise NotPossible(action, state, forbidden=bool(arrows))


def waits_for(state: str) -> str | None:
    """The role whose move it is; None when nobody is waited for."""
    return {SUBMITTED: HEAD, PUBLISHING: OFFICE, DRAFT: EDITOR, REGISTERED: EDITOR, SCHEDULED: CLOCK}.get(state)


def _from(state: str, mode: str, kind: str) -> list[Transition]:
    return [arrow for arrow in TRANSITIONS if arrow.source == state and mode in arrow.modes and kind in arrow.kinds]
