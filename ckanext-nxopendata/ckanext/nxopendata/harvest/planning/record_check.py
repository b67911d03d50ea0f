"""Which records have an identifier of their own: the same rule for planning and for trying a source."""

from __future__ import annotations

import dataclasses

from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.formats import Completeness, Record

LONGEST_GUID = 2_000
"""Bytes; the index of the table holds no more."""


class RecordCheck:
    """Tells which records of a reading cannot be told apart from others.

    Attributes:
        completeness: Of the reading: a record that is refused here may be one that is known.
        seen: Identifiers of the records that are in order.
    """

    def __init__(self, completeness: Completeness) -> None:
        self.completeness = completeness
        self.seen: set[str] = set()

    def find_problem(self, record: Record) -> Problem | None:
        """Return why a record cannot be taken; None, and its identifier is seen, when it can."""
        code = self._find_code(record.guid)
        if code is None:
            self.seen.add(record.guid or "")
            return None
        self.completeness.add_issue(code)
        limit = {"limit": LONGEST_GUID} if code == "identifier_too_long" else {}
        return Problem(code, guid=shorten(record).guid, position=shorten(record).position, params=limit)

    def _find_code(self, guid: str | None) -> str | None:
        if not guid:
            return "record_without_identifier"
        if len(guid.encode("utf-8", "surrogatepass")) > LONGEST_GUID:
            return "identifier_too_long"
        return "identifier_repeated" if guid in self.seen else None


def shorten(record: Record) -> Record:
    """Return a record whose identifier and position fit into the tables."""
    if not record.guid or len(record.guid) <= 200:
        return record
    if len(record.guid.encode("utf-8", "surrogatepass")) <= LONGEST_GUID:
        return record
    return dataclasses.replace(record, guid=record.guid[:200], position=record.position[:500])
