"""What bulk work does after its commit: publishing what only CKAN's own action can write, one by one."""

from __future__ import annotations

from collections.abc import Iterable

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.review.bulk import forecast
from ckanext.nxopendata.review.bulk.models import BulkRun
from ckanext.nxopendata.review.workflow import cases


def publish_singly(run_id: str, case_ids: Iterable[str], action: str, user: model.User, opinion: str) -> None:
    """Publish changes that put new files into the place of others, and keep in the run what became of each. Commits."""
    for case_id in case_ids:
        try:
            cases.take_step(case_id, action, user, opinion)
            done, texts = True, [tk._("The change takes the place of what the public sees")]
        except (tk.ValidationError, tk.NotAuthorized) as problem:
            model.Session.rollback()
            done, texts = False, forecast.list_messages(getattr(problem, "error_dict", {"action": [str(problem)]}))
        run = model.Session.get_one(BulkRun, run_id, with_for_update=True)
        run.items = [item | {"done": done, "texts": texts} if item["case"] == case_id else item for item in run.items]
        model.Session.commit()
