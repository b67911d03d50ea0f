"""The SQL that something costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ckan import model
from sqlalchemy import event


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements sent meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    engine = model.meta.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
