"""The harvest's writer: its steps through :class:`ckanext.nxopendata.bulk_write.writer.BulkWriter`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.bulk_write import writer
from ckanext.nxopendata.bulk_write.requests import Build, WriteRequest, WriteResult
from ckanext.nxopendata.catalogue.schema.checks import EQUAL_TITLES
from ckanext.nxopendata.core.cli import site_user
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.harvest.models import Json
from ckanext.nxopendata.harvest.planning import checks, validation
from ckanext.nxopendata.harvest.runs.execution import apply
from ckanext.nxopendata.harvest.runs.execution.apply import Outcome, Step


class BulkWriter:
    """Writes the steps of a plan.

    Args:
        user: Name of a sysadmin; activities name this user.
    """

    def __init__(self, user: str) -> None:
        self._user = user
        self._writer = writer.BulkWriter(user)
        self._lenient = writer.BulkWriter(user, context={EQUAL_TITLES: True})

    def write(self, steps: Sequence[Step]) -> list[Outcome]:
        """Write ``steps`` into the session's transaction; the caller commits.

        A dataset that is refused for fields it can do without is written without them, with a finding for each.
        """
        with site_language():  # findings that the rules phrase are kept, whoever began the run
            return self._write_leniently(steps)

    def _write_leniently(self, steps: Sequence[Step]) -> list[Outcome]:
        outcomes = self._write(self._writer, steps)
        refused = {outcome.step.number: outcome for outcome, _ in outcomes if outcome.state == "refused"}
        if not refused:
            return [outcome for outcome, _ in outcomes]
        errors = {outcome.step.number: found for outcome, found in outcomes}
        again = [
            dataclasses.replace(outcome.step, data=checks.leave_out(outcome.step.data, errors[number]))
            for number, outcome in refused.items()
        ]
        for outcome, _ in self._write(self._lenient, again):
            number = outcome.step.number
            if outcome.state == "written":
                first = refused[number].step
                english = validation.errors_in_english({**first.data}, self._user)
                told = checks.left_out_problems(errors[number], first.data, first.guid, first.position, english)
                refused[number] = dataclasses.replace(outcome, problems=[*outcome.problems, *told])
        return [refused.get(outcome.step.number, outcome) for outcome, _ in outcomes]

    def _write(self, bulk: writer.BulkWriter, steps: Sequence[Step]) -> list[tuple[Outcome, Mapping[str, Any]]]:
        """Write steps; what became of each, and CKAN's tree of messages of those that were refused."""
        kept: dict[int, list[str]] = {}
        requests = [WriteRequest(_builder(step, kept), step.dataset_id) for step in steps]
        results = bulk.write(requests)
        return [
            (self._outcome(step, result, kept.get(step.number, [])), result.errors)
            for step, result in zip(steps, results, strict=True)
        ]

    def _outcome(self, step: Step, result: WriteResult, kept: list[str]) -> Outcome:
        if result.state == "refused":
            english = validation.errors_in_english({**step.data}, self._user) if step.data else None
            problems = checks.validation_problems(result.errors, step.guid, step.position, english)
            return Outcome(step, "refused", problems=problems)
        if result.state == "skipped" and result.before is None:
            return Outcome(step, "written")  # nothing is there to be withdrawn
        if result.state == "skipped":
            return Outcome(step, "skipped", problems=[checks.deleted_problem(step.guid, step.position)])
        return Outcome(step, "written", apply.restrict(result.shown, step.data or step.base), kept, result.before)

    def index(self, dataset_ids: Sequence[str]) -> None:
        """Bring the search index in line with the database for these datasets."""
        self._writer.index(dataset_ids)

    def revert(self, dataset_id: str, before: Json | None) -> None:
        """Give a dataset its former content, or delete it when there was none; the caller commits."""
        self._writer.revert(dataset_id, before)


def site_writer() -> BulkWriter:
    """Return a writer that works as the site's own user."""
    return BulkWriter(site_user())


def _builder(step: Step, kept: dict[int, list[str]]) -> Build:
    """Return a function that builds what a step writes, and puts the fields where a person's edit stands against the
    source into ``kept``.
    """

    def build(current: Json | None) -> Json | None:
        if current is None:
            return None if step.kind == "withdraw" else dict(step.data)
        if current["state"] == "deleted" and step.kind != "create":
            return None
        data, kept[step.number] = apply.build_target(step, current)
        return {**data, "state": "active"}

    return build
