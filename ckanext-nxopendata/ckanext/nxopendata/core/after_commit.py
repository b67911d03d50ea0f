"""Work that waits for the transaction: done once it is committed, dropped when it is rolled back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import ckan.model as model
from sqlalchemy import event

log = logging.getLogger(__name__)

WAITING = "nx_after_commit"
"""Key in the session's ``info`` of what waits."""


def call_after_commit(function: Callable[..., None], *arguments: Any) -> None:
    """Call ``function`` when the session's transaction is committed, such as to queue a job about what was stored.

    It must not use the session: it is called while the session ends its transaction. What it raises is logged, as the
    transaction stands already.
    """
    model.Session().info.setdefault(WAITING, []).append((function, arguments))


def _run(session: Any) -> None:
    if session.in_nested_transaction():
        return
    for function, arguments in session.info.pop(WAITING, ()):
        try:
            function(*arguments)
        except Exception:
            log.exception("after the commit: %s", function.__name__)


def _drop(session: Any) -> None:
    session.info.pop(WAITING, None)


event.listen(model.Session, "after_commit", _run)
event.listen(model.Session, "after_rollback", _drop)
