"""What is looked at every few minutes, beside the schedules: people to be told, webhooks to be served."""

from __future__ import annotations

import logging

from ckan import model

from ckanext.nxopendata.changes import webhooks
from ckanext.nxopendata.harvest.monitoring import notices

log = logging.getLogger(__name__)


def run() -> None:
    """Do them all; one that fails does not keep the others from being done. Safe to call at any time."""
    for chore in (notices.tell, webhooks.deliver_due):
        try:
            chore()
        except Exception:
            model.Session.rollback()
            log.exception("%s failed", chore.__qualname__)
