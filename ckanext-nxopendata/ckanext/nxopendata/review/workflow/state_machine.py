"""The states of a dataset's catalogue entry and who moves it between them (1272 guide and the practice of its review).

Draft, submitted for registration, registered, submitted for publication, published, withdrawn, with return and
refusal; two levels: the department's head registers, the supervising office publishes. A pending change of a
published dataset walks the same way beside the live one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ckanext.nxopendata.core import workflow
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE, Transition

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

CLOCK = "clock"
"""The role of the portal's own timer."""

NEW = "new"
CHANGE = "change"

BY_OFFICE = "office"
TRUSTED = "trusted"


def _steps(
    action: str,
    sources: str | Iterable[str],
    target: str,
    *roles: str,
    opinion: bool = False,
    modes: Iterable[str] = (BY_OFFICE, TRUSTED),
    kinds: Iterable[str] = (NEW, CHANGE),
) -> list[Transition]:
    return workflow.transition(action, sources, target, *roles, opinion=opinion, conditions=(modes, kinds))


TRANSITIONS = (
    *_steps("submit", DRAFT, SUBMITTED, EDITOR),
    *_steps("recall", SUBMITTED, DRAFT, EDITOR),
    *_steps("register", SUBMITTED, REGISTERED, HEAD, modes=(BY_OFFICE,)),
    *_steps("forward", SUBMITTED, PUBLISHING, HEAD, modes=(BY_OFFICE,)),
    *_steps("publish", SUBMITTED, PUBLISHED, HEAD, modes=(TRUSTED,)),
    *_steps("schedule", SUBMITTED, SCHEDULED, HEAD, modes=(TRUSTED,)),
    *_steps("return", SUBMITTED, DRAFT, HEAD, opinion=True),
    *_steps("refuse", SUBMITTED, REFUSED, HEAD, opinion=True),
    *_steps("request", REGISTERED, PUBLISHING, EDITOR),
    *_steps("revise", REGISTERED, DRAFT, EDITOR),
    *_steps("recall", PUBLISHING, REGISTERED, EDITOR),
    *_steps("publish", PUBLISHING, PUBLISHED, OFFICE),
    *_steps("schedule", PUBLISHING, SCHEDULED, OFFICE),
    *_steps("return", PUBLISHING, DRAFT, OFFICE, opinion=True),
    *_steps("refuse", PUBLISHING, REFUSED, OFFICE, opinion=True),
    *_steps("recall", SCHEDULED, DRAFT, EDITOR),
    *_steps("release", SCHEDULED, PUBLISHED, CLOCK),
    *_steps("return", SCHEDULED, DRAFT, OFFICE, CLOCK, opinion=True),
    *_steps("return", SCHEDULED, DRAFT, HEAD, opinion=True, modes=(TRUSTED,)),
    *_steps("withdraw", PUBLISHED, WITHDRAWN, HEAD, OFFICE, opinion=True, kinds=(NEW,)),
    *_steps("restore", WITHDRAWN, PUBLISHED, OFFICE, kinds=(NEW,)),
    *_steps("restore", WITHDRAWN, PUBLISHED, HEAD, modes=(TRUSTED,), kinds=(NEW,)),
    *_steps("reopen", WITHDRAWN, DRAFT, EDITOR, kinds=(NEW,)),
    *_steps("reopen", REFUSED, DRAFT, EDITOR, kinds=(NEW,)),
    *_steps("discard", DRAFT, REFUSED, EDITOR, kinds=(CHANGE,)),
    *_steps("end", (DRAFT, *LOCKED, REGISTERED), REFUSED, CLOCK, kinds=(CHANGE,)),
)
"""The steps. Their conditions: in which ways of review they exist (``office``, two levels; ``trusted``, the head
alone), and whether for new datasets, for pending changes, or both.
"""


def list_possible_steps(state: str, roles: Collection[str], mode: str, kind: str) -> list[Transition]:
    """Return the steps somebody with ``roles`` may take now, in the order of :data:`TRANSITIONS`."""
    return workflow.list_possible(TRANSITIONS, state, roles, (mode, kind))


def find_step(action: str, state: str, roles: Collection[str], mode: str, kind: str) -> Transition:
    """Return the transition that ``action`` means now.

    Raises:
        workflow.TransitionError: the state has no such step, or it is not for ``roles``.
    """
    return workflow.find_step(TRANSITIONS, action, state, roles, (mode, kind))


def waits_for(state: str) -> str | None:
    """The role whose move it is; None when nobody is waited for."""
    return {SUBMITTED: HEAD, PUBLISHING: OFFICE, DRAFT: EDITOR, REGISTERED: EDITOR, SCHEDULED: CLOCK}.get(state)
