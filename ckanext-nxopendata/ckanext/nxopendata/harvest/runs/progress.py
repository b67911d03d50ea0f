"""How far a run has come, and how fast it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.harvest.models import Chunk

Progress = Callable[[str, int, int | None], None]
"""Takes the stage, how many records it has done, and of how many if that is known."""


def ignore_progress(_stage: str, _done: int, _total: int | None) -> None:
    """Report progress to nobody."""


def count_steps(run_id: str) -> tuple[int, int]:
    """Count how many steps of a run's plan are done, and how many there are."""
    done = sa.func.coalesce(sa.func.sum(Chunk.steps).filter(Chunk.state == "done"), 0)
    row = model.Session.execute(
        sa.select(done, sa.func.coalesce(sa.func.sum(Chunk.steps), 0)).where(Chunk.run_id == run_id)
    ).one()
    return int(row[0]), int(row[1])


def compute_speed(stages: Mapping[str, float], counts: Mapping[str, int]) -> int | None:
    """Return the records a second of a run; None while it has not taken long enough to tell.

    Args:
        stages: Stage -> seconds; copying files is part of the time of writing.
        counts: Kind of step -> number.
    """
    seconds = sum(taken for stage, taken in stages.items() if stage != "mirror")
    return round(sum(counts.values()) / seconds) if seconds > 0.5 else None
