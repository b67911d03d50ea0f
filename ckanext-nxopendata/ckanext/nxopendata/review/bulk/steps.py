"""Taking one step of many cases in one transaction; the caller commits, then calls :meth:`BulkStep.finish`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.bulk_write.requests import WriteRequest
from ckanext.nxopendata.bulk_write.writer import BulkWriter
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.bulk import forecast, jobs, notices
from ckanext.nxopendata.review.bulk.forecast import Forecast
from ckanext.nxopendata.review.bulk.models import BulkRun, add_run
from ckanext.nxopendata.review.workflow import cases, publication, state_machine
from ckanext.nxopendata.review.workflow.models import Case

WRITES = (state_machine.PUBLISHED, state_machine.WITHDRAWN)
"""States whose entry writes the dataset."""


class BulkStep:
    """One step of many cases, on behalf of a person.

    Args:
        user: who takes it.
        action: one of :data:`.forecast.STEPS`.
        opinion: for all of them.
    """

    def __init__(self, user: model.User, action: str, opinion: str) -> None:
        self.user = user
        self.action = action
        self.opinion = opinion.strip()
        self.writer = BulkWriter(user.name, context={roles.PUBLISHING: True})
        self._singly: list[str] = []
        self._to_index: list[str] = []

    def apply(self, found: Sequence[Case]) -> BulkRun:
        """Take the step wherever it is possible, and keep what became of each case. Does not commit.

        Raises:
            tk.ValidationError: the step needs an opinion.
        """
        forecasts = forecast.forecast_steps(found, self.action, self.user)
        if not self.opinion and forecast.needs_opinion(forecasts):
            raise tk.ValidationError({"opinion": [tk._("Say why, so that the department knows what to mend")]})
        items = build_items(forecasts)
        by_case = {item["case"]: item for item in items}
        possible = [one for one in forecasts if one.possible]
        whole = [one for one in possible if not (self._publishes(one) and publication.replaces_files(one.case))]
        self._singly = [one.case.id for one in possible if one not in whole]
        for case_id in self._singly:
            by_case[case_id]["done"] = False
        taken = self._write([one for one in whole if one.step and one.step.target in WRITES], by_case)
        taken += [one for one in whole if one.step and one.step.target not in WRITES]
        decisions = [(one, self._record(one, by_case[one.case.id])) for one in taken]
        model.Session.flush()
        for one, decision in decisions:
            by_case[one.case.id]["decision"] = decision.id
        notices.tell_of_steps([(one.case, one.step) for one in taken if one.step], self.user, self.opinion)
        return add_run(self.user, items, action=self.action, opinion=self.opinion)

    def finish(self, run_id: str) -> None:
        """Index what moved, and publish one by one the changes that put new files into the place of others."""
        self.writer.index(self._to_index)
        jobs.publish_singly(run_id, self._singly, self.action, self.user, self.opinion)

    def _publishes(self, one: Forecast) -> bool:
        return one.step is not None and one.step.target == state_machine.PUBLISHED

    def _write(self, some: Sequence[Forecast], by_case: dict[str, dict[str, Any]]) -> list[Forecast]:
        """Write the datasets of cases that become public or cease to be; return those that were written."""
        before = {one.case.id: one.case.state for one in some}
        for one in some:  # the index and the validators ask where a case stands
            one.case.state = one.step.target if one.step else one.case.state
        model.Session.flush()
        results = self.writer.write([WriteRequest(_build(one), one.case.dataset_id) for one in some])
        written: list[Forecast] = []
        for one, result in zip(some, results, strict=True):
            one.case.state = before[one.case.id]
            if result.state == "refused":
                by_case[one.case.id] |= {"done": False, "texts": forecast.list_messages(result.errors)}
            else:
                written.append(one)
                self._to_index.append(one.case.dataset_id)
        return written

    def _record(self, one: Forecast, item: dict[str, Any]) -> Any:
        case, step = one.case, one.step
        if step is None:
            raise ValueError(case.id)
        if step.target == state_machine.WITHDRAWN and (change := cases.find_open_change(case.dataset_id)):
            item["ended"] = [change.id, change.state]
            cases.end_change(change, self.user, self.opinion)
        is_draft = [state == state_machine.DRAFT for state in (case.state, step.target)]
        if case.kind == state_machine.NEW and is_draft[0] != is_draft[1] and case.dataset_id not in self._to_index:
            self._to_index.append(case.dataset_id)  # a draft is for the department alone
        return cases.record_step(case, step, self.user, self.opinion)


def build_items(forecasts: Sequence[Forecast]) -> list[dict[str, Any]]:
    """Return what a run keeps of each case."""
    package: Any = model.Package
    query = sa.select(package.id, package.name).where(package.id.in_([one.case.dataset_id for one in forecasts]))
    names = dict(model.Session.execute(query).tuples().all())
    return [
        {
            "case": one.case.id,
            "dataset": one.case.dataset_id,
            "name": names.get(one.case.dataset_id, ""),
            "title": one.case.title,
            "owner_org": one.case.owner_org,
            "source": one.case.state,
            "target": one.step.target if one.step else one.case.state,
            "done": one.possible,
            "texts": one.texts,
        }
        for one in forecasts
    ]


def _build(one: Forecast) -> Any:
    def build(current: dict[str, Any] | None) -> dict[str, Any] | None:
        if current is None:
            return None
        if one.step and one.step.target == state_machine.WITHDRAWN:
            return publication.build_withdrawn(current)
        return publication.build_published(one.case, current)

    return build
