"""What an import does with the rows of a file. Plain module."""

from __future__ import annotations

from dataclasses import dataclass, field

from ckanext.nxopendata.register.official_tables import content
from ckanext.nxopendata.register.official_tables.intake.reader import Draft, Problem
from ckanext.nxopendata.register.systems import record

CREATE, UPDATE, UNCHANGED, QUESTION, ERROR = "create", "update", "unchanged", "question", "error"
ACTIONS = (CREATE, UPDATE, UNCHANGED, QUESTION, ERROR)
NEW = "new"
"""The answer to a question that says: none of them, it is a new one."""


@dataclass(slots=True)
class Entry:
    """What an import does with one row; ``fields`` are what it writes to its ``system`` or ``unit``.

    ``joins`` is the row of another table of the same file that enters the system this one speaks of.
    """

    draft: Draft
    action: str
    system: record.System | None = None
    unit: content.Unit | None = None
    candidates: tuple[record.System, ...] | tuple[content.Unit, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    matched: str = ""
    joins: Entry | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What an answer is kept under: sheet and row."""
        return f"{self.draft.row.sheet}!{self.draft.row.row}"
