"""Undoing bulk work item by item, as long as nothing followed: no other step, no other edit."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.bulk_write.requests import WriteRequest
from ckanext.nxopendata.bulk_write.writer import BulkWriter
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.core.workflow import Transition
from ckanext.nxopendata.review.bulk import forecast
from ckanext.nxopendata.review.bulk.models import BulkRun
from ckanext.nxopendata.review.pending import difference, pending_changes
from ckanext.nxopendata.review.workflow import cases, publication, state_machine
from ckanext.nxopendata.review.workflow.models import Case, Decision

UNDO = "undo"
"""The action of the log's rows; :data:`.forecast.STEPS` are undone by it, no case is ever moved by its name."""

Item = dict[str, Any]


class BulkUndo:
    """Takes back a run for the person who made it.

    Args:
        user: who undoes it.
        run: what is undone; its items are marked.
    """

    def __init__(self, user: model.User, run: BulkRun) -> None:
        self.user = user
        self.run = run
        self.writer = BulkWriter(user.name, context={roles.PUBLISHING: True})
        self._to_index: list[str] = []

    def apply(self) -> None:
        """Undo each item that was done and that nothing followed. Does not commit."""
        self.run.items = [
            self._undo(dict(item)) if item["done"] and not item.get("undone") else item for item in self.run.items
        ]
        self.run.undone = utc_now()
        model.Session.flush()

    def finish(self) -> None:
        """Index what moved."""
        self.writer.index(self._to_index)

    def _undo(self, item: Item) -> Item:
        reason = self._undo_edit(item) if self.run.action == forecast.EDIT else self._undo_step(item)
        return item | ({"kept": reason} if reason else {"undone": True})

    def _undo_step(self, item: Item) -> str:
        """Undo a step; return why it stays, "" when it is undone."""
        case = model.Session.get(Case, item["case"], with_for_update=True, populate_existing=True)
        if case is None or case.state != item["target"] or not self._is_last(item, case.dataset_id):
            return tk._("Something followed since")
        if case.kind == state_machine.CHANGE and cases.find_open_change(case.dataset_id) not in (None, case):
            return tk._("Something followed since")
        if publication.replaces_files(case) and case.state == state_machine.PUBLISHED:
            return tk._("Files were replaced: publish a new change")
        case.state = item["source"]
        model.Session.flush()
        if state_machine.PUBLISHED in (item["source"], item["target"]):
            request = WriteRequest(lambda now: self._rebuild(case, item, now or {}), case.dataset_id)
            result = self.writer.write([request])[0]
            if result.state == "refused":
                case.state = item["target"]
                return " ".join(forecast.list_messages(result.errors))
            self._to_index.append(case.dataset_id)
        elif case.kind == state_machine.NEW:
            self._to_index.append(case.dataset_id)
        self._record(case, item["target"], item["source"])
        if ended := item.get("ended"):
            change = model.Session.get(Case, ended[0])
            if change is not None and change.state == state_machine.REFUSED:
                self._record(change, change.state, ended[1])
        return ""

    def _rebuild(self, case: Case, item: Item, now: dict[str, Any]) -> dict[str, Any]:
        """The dataset before the step: hidden again, public again, or without its change."""
        if case.payload is None:
            return now | {"private": item["target"] == state_machine.PUBLISHED or now.get("nx_is_open") == "0"}
        before = difference.merge(
            case.payload, pending_changes.select_changeable(now), case.base or {}, pending_changes.list_fields()
        )
        return now | before

    def _undo_edit(self, item: Item) -> str:
        case = model.Session.get(Case, item["case"], with_for_update=True, populate_existing=True)
        if "before" not in item or item["before"] == item["after"]:
            return ""
        if case is None or (case.state != item["target"] and not item.get("begun")):
            return tk._("Something followed since")
        if case.kind == state_machine.CHANGE:
            return self._undo_change(case, item)
        live = publication.read_live(case.dataset_id)
        if any(live.get(name) != value for name, value in item["after"].items()):
            return tk._("Something followed since")
        before = {name: "" if value is None else value for name, value in item["before"].items()}
        result = self.writer.write([WriteRequest(lambda now: (now or {}) | before, case.dataset_id)])[0]
        if result.state == "refused":
            return " ".join(forecast.list_messages(result.errors))
        self._to_index.append(case.dataset_id)
        return ""

    def _undo_change(self, case: Case, item: Item) -> str:
        payload = case.payload or {}
        if case.state != state_machine.DRAFT or any(payload.get(k) != v for k, v in item["after"].items()):
            return tk._("Something followed since")
        case.payload = payload | item["before"]
        if item.get("begun") and not cases.list_differences(case):
            cases.record_step(case, cases.find_allowed_step(case, "discard", self.user), self.user)
        return ""

    def _is_last(self, item: Item, dataset_id: str) -> bool:
        """Whether no other step of the dataset was taken since; the end of its own pending change is none."""
        query = sa.select(Decision.id).where(Decision.dataset_id == dataset_id, Decision.action != "end")
        return model.Session.scalars(query.order_by(Decision.id.desc()).limit(1)).first() == item.get("decision")

    def _record(self, case: Case, source: str, target: str) -> None:
        cases.record_step(case, Transition(UNDO, source, target, frozenset()), self.user)
