"""Problems of a run as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.mapping.values import CONTROL
from ckanext.nxopendata.harvest.models import Finding, Json, Run


def to_row(run_id: str, problem: Problem) -> Json:
    """Return the columns of a problem, whose texts may be a source's own: without signs that PostgreSQL refuses."""
    texts = {key: _clean(value) for key, value in problem.to_json().items()}
    return {"run_id": run_id, **texts, "params": {key: _clean(value) for key, value in problem.params.items()}}


def _clean(value: Any) -> Any:
    return CONTROL.sub("", value) if isinstance(value, str) and not value.isprintable() else value


def add(run_id: str, problem: Problem) -> None:
    """Add a problem to a run; the caller commits."""
    model.Session.add(Finding(**to_row(run_id, problem)))


def find_told(run_id: str, guids: Sequence[str]) -> set[tuple[str, str | None, str]]:
    """Find what the plan of a run has said of some records: code, identifier and field of each finding."""
    if not guids:
        return set()
    query = sa.select(Finding.code, Finding.guid, Finding.field).where(
        Finding.run_id == run_id, Finding.guid.in_(guids)
    )
    return {(code, guid, field) for code, guid, field in model.Session.execute(query)}


def count(run: Run) -> None:
    """Bring the number of a run's problems up to date; the caller commits."""
    model.Session.flush()
    run.problem_count = model.Session.scalar(sa.select(sa.func.count()).where(Finding.run_id == run.id)) or 0
