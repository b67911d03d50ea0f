"""What rooms do by the clock, beside harvesting: a room names its chores, the workers' timer does those that are due.

The timer is the harvester's (``harvest.jobs.tick``): a job that CKAN's workers run every few minutes. When a chore was
begun last stands in Redis, so that of any number of workers one does it, and one that a stopped site missed is done
once when it is back.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from croniter import croniter

from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import CHINA

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done at the times that ``cron`` names, by China's clock."""

    name: str
    cron: str
    do: Callable[[], object]


CHORES: dict[str, Chore] = {}


def every(cron: str, name: str, do: Callable[[], object] | None) -> None:
    """Have ``do`` called at the times that ``cron`` (five fields) names; it must bear being called twice.

    Raises:
        ValueError: the times are not written as cron writes them.
    """
    if do is None or not croniter.is_valid(cron):
        raise ValueError(cron)
    CHORES[name] = Chore(name, cron, do)


def run_due(moment: dt.datetime) -> list[str]:
    """Do what has come due since it was done last; one that fails does not keep the others from being done.

    Args:
        moment: now, with a zone.

    Returns:
        The names of the chores that were begun.
    """
    redis, begun = client(), []
    for chore in CHORES.values():
        slot = croniter(chore.cron, moment.astimezone(CHINA)).get_prev(dt.datetime).isoformat()
        last: Any = redis.getset(f"nx:{tk.config['ckan.site_id']}:clock:{chore.name}", slot)
        if last in (slot, slot.encode()):
            continue
        begun.append(chore.name)
        try:
            chore.do()
        except Exception:
            model.Session.rollback()
            log.exception("%s failed", chore.name)
    return begun
