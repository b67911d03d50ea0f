"""Editing the same fields of many datasets: drafts are written at once, what is public gets a pending change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.bulk_write.requests import WriteRequest
from ckanext.nxopendata.bulk_write.writer import BulkWriter
from ckanext.nxopendata.core.batch_memo import memo_scope
from ckanext.nxopendata.review.bulk import forecast
from ckanext.nxopendata.review.bulk.forecast import Forecast
from ckanext.nxopendata.review.bulk.models import BulkRun, add_run
from ckanext.nxopendata.review.bulk.steps import build_items
from ckanext.nxopendata.review.pending import pending_changes
from ckanext.nxopendata.review.workflow import cases, publication, state_machine
from ckanext.nxopendata.review.workflow.models import Case

FIELDS = (
    "license_id",
    "nx_contact_name",
    "nx_contact_phone",
    "nx_contact_email",
    "nx_update_cycle",
    "nx_theme",
    "nx_is_open",
    "nx_open_condition",
)
"""What can be edited for many at once, as in a dataset."""


class BulkEdit:
    """An edit of the same fields of many datasets, on behalf of a person.

    Args:
        user: who edits.
        fields: the new values, of :data:`FIELDS`.
    """

    def __init__(self, user: model.User, fields: Mapping[str, Any]) -> None:
        self.user = user
        self.fields = dict(fields)
        self.writer = BulkWriter(user.name)
        self._to_index: list[str] = []

    def apply(self, found: Sequence[Case]) -> BulkRun:
        """Edit wherever it is possible, and keep what became of each dataset. Does not commit."""
        forecasts = forecast.forecast_edits(found, self.user)
        items = build_items(forecasts)
        direct: list[tuple[Forecast, dict[str, Any]]] = []
        with memo_scope(one.case.dataset_id for one in forecasts):
            for one, item in zip(forecasts, items, strict=True):
                if not one.possible:
                    continue
                if _is_pending(one.case) or (
                    one.case.state == state_machine.PUBLISHED and forecast.is_reviewed(one.case, self.user)
                ):
                    self._change(one.case, item)
                else:
                    direct.append((one, item))
        self._write(direct)
        return add_run(self.user, items, action=forecast.EDIT, fields=self.fields)

    def finish(self, run_id: str) -> None:
        """Index what was written."""
        self.writer.index(self._to_index)

    def _write(self, some: Sequence[tuple[Forecast, dict[str, Any]]]) -> None:
        requests = [WriteRequest(lambda now: (now or {}) | self.fields, one.case.dataset_id) for one, _ in some]
        for (one, item), result in zip(some, self.writer.write(requests), strict=True):
            if result.state == "refused":
                item |= {"done": False, "texts": forecast.list_messages(result.errors)}
                continue
            self._keep_values(item, result.before or {})
            if not result.changed:
                item["texts"] = [tk._("Says so already")]
                continue
            self._to_index.append(one.case.dataset_id)
            self._revise(one.case, item)

    def _change(self, case: Case, item: dict[str, Any]) -> None:
        """Put the values into the dataset's pending change, which is begun if there is none."""
        dataset = model.Session.get_one(model.Package, case.dataset_id)
        change = case if case.kind == state_machine.CHANGE else cases.find_open_change(case.dataset_id)
        live = publication.read_live(case.dataset_id)
        known = change.payload or {} if change else pending_changes.select_changeable(live)
        context: Any = {"user": self.user.name, "auth_user_obj": self.user, "model": model, "session": model.Session}
        try:
            payload = pending_changes.prepare(context, dataset, live | known | self.fields, known)
        except tk.ValidationError as problem:
            item |= {"done": False, "texts": forecast.list_messages(problem.error_dict)}
            return
        self._keep_values(item, known)
        if payload == known:
            item["texts"] = [tk._("Says so already")]
            return
        if change is None:
            change = cases.begin_change(dataset, live, payload, self.user.id)
            item["begun"] = change.id
        else:
            change.payload = payload
        item["case"] = change.id
        self._revise(change, item)

    def _keep_values(self, item: dict[str, Any], before: Mapping[str, Any]) -> None:
        item["before"] = {name: before.get(name) for name in self.fields}
        item["after"] = self.fields

    def _revise(self, case: Case, item: dict[str, Any]) -> None:
        """What was registered is a draft again once its content changes."""
        if case.state == state_machine.REGISTERED:
            step = cases.find_allowed_step(case, "revise", self.user)
            decision = cases.record_step(case, step, self.user)
            model.Session.flush()
            item |= {"target": case.state, "decision": decision.id}


def _is_pending(case: Case) -> bool:
    """Whether the case is, or its dataset has, a pending change."""
    return case.kind == state_machine.CHANGE or cases.find_open_change(case.dataset_id) is not None
