"""The plain parts of the review: machine, calendar, due dates, differences."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.catalogue import update_deadlines
from ckanext.nxopendata.core import workflow
from ckanext.nxopendata.core.calendar import workdays
from ckanext.nxopendata.review.pending import difference
from ckanext.nxopendata.review.workflow import state_machine

EVERYBODY = (state_machine.EDITOR, state_machine.HEAD, state_machine.OFFICE, state_machine.CLOCK)


def walk(actions: list[tuple[str, str]], mode: str = "office", kind: str = "new") -> str:
    state = state_machine.DRAFT
    for role, action in actions:
        state = state_machine.find_step(action, state, [role], mode, kind).target
    return state


class TestMachine:
    def test_two_levels_lead_to_publication(self) -> None:
        steps = [("editor", "submit"), ("head", "register"), ("editor", "request"), ("office", "publish")]
        assert walk(steps) == state_machine.PUBLISHED

    def test_nothing_is_published_without_the_office(self) -> None:
        """Whatever department people do, they do not reach ``published`` in two-level review."""
        reached, frontier = {state_machine.DRAFT}, [state_machine.DRAFT]
        while frontier:
            for arrow in state_machine.list_possible_steps(
                frontier.pop(), [state_machine.EDITOR, state_machine.HEAD], "office", "new"
            ):
                if arrow.target not in reached:
                    reached.add(arrow.target)
                    frontier.append(arrow.target)
        assert state_machine.PUBLISHED not in reached
        assert state_machine.SCHEDULED not in reached

    def test_a_trusted_departments_head_publishes(self) -> None:
        assert walk([("editor", "submit"), ("head", "publish")], mode="trusted") == state_machine.PUBLISHED

    def test_an_editor_alone_never_publishes(self) -> None:
        for mode in ("office", "trusted"):
            for state in (
                state_machine.DRAFT,
                state_machine.SUBMITTED,
                state_machine.REGISTERED,
                state_machine.PUBLISHING,
            ):
                targets = {arrow.target for arrow in state_machine.list_possible_steps(state, ["editor"], mode, "new")}
                assert state_machine.PUBLISHED not in targets

    def test_whoever_is_told_to_recall_a_dataset_before_editing_it_can(self) -> None:
        for mode in (state_machine.BY_OFFICE, state_machine.TRUSTED):
            for kind in (state_machine.NEW, state_machine.CHANGE):
                for state in state_machine.LOCKED:
                    steps = state_machine.list_possible_steps(state, [state_machine.EDITOR], mode, kind)
                    left = {step.target for step in steps if step.action == "recall"}
                    assert left, (mode, kind, state)
                    assert not left & set(state_machine.LOCKED), (mode, kind, state)

    def test_what_the_office_returns_passes_the_head_again(self) -> None:
        assert walk([("editor", "submit"), ("head", "forward"), ("office", "return")]) == state_machine.DRAFT

    def test_a_change_is_not_withdrawn(self) -> None:
        with pytest.raises(workflow.TransitionError):
            state_machine.find_step("withdraw", state_machine.PUBLISHED, ["office"], "office", "change")

    def test_forbidden_and_impossible_are_told_apart(self) -> None:
        with pytest.raises(workflow.TransitionError) as forbidden:
            state_machine.find_step("publish", state_machine.PUBLISHING, ["editor"], "office", "new")
        with pytest.raises(workflow.TransitionError) as impossible:
            state_machine.find_step("publish", state_machine.DRAFT, ["office"], "office", "new")
        assert (forbidden.value.forbidden, impossible.value.forbidden) == (True, False)

    @pytest.mark.parametrize("kind", ["new", "change"])
    @pytest.mark.parametrize("mode", ["office", "trusted"])
    def test_no_state_is_a_trap(self, kind: str, mode: str) -> None:
        for state in state_machine.STATES:
            if kind == "change" and state in (*state_machine.CLOSED, state_machine.WITHDRAWN):
                continue
            if mode == "trusted" and state in (state_machine.REGISTERED, state_machine.PUBLISHING):
                continue
            assert state_machine.list_possible_steps(state, EVERYBODY, mode, kind)

    def test_refusals_and_returns_say_why(self) -> None:
        for arrow in state_machine.TRANSITIONS:
            assert arrow.opinion == (arrow.action in ("return", "refuse", "withdraw"))


class TestWorkdays:
    CALENDAR = workdays.load()

    def test_national_day_2026_is_free(self) -> None:
        assert self.CALENDAR.after(dt.date(2026, 9, 30), 1) == workdays.Deadline(dt.date(2026, 10, 8))

    def test_a_worked_saturday_counts(self) -> None:
        assert self.CALENDAR.after(dt.date(2026, 10, 9), 1) == workdays.Deadline(dt.date(2026, 10, 10))

    def test_a_year_without_arrangement_is_named_and_falls_back_on_weekends(self) -> None:
        deadline = self.CALENDAR.after(dt.date(2026, 12, 31), 2)
        assert deadline == workdays.Deadline(dt.date(2027, 1, 4), (2027,))

    @given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 60))
    def test_it_never_fails_and_lies_on_a_workday(self, start: dt.date, days: int) -> None:
        deadline = self.CALENDAR.after(start, days)
        assert deadline.day == start if days == 0 else self.CALENDAR.is_workday(deadline.day)

    def test_an_operators_file_replaces_it_and_is_read_again(self, tmp_path: Path) -> None:
        file = tmp_path / "workdays.csv"
        file.write_text("day,working,name\n2027-01-01,0,元旦\n", encoding="utf-8-sig")
        assert not workdays.load(str(file)).is_workday(dt.date(2027, 1, 1))
        file.write_text("day,working,name\n2027-01-04,0,元旦\n", encoding="utf-8")
        assert not workdays.load(str(file)).is_workday(dt.date(2027, 1, 4))

    def test_a_wrong_line_is_named(self) -> None:
        with pytest.raises(workdays.CalendarError) as problem:
            workdays.read(["day,working,name", "2027-01-01,0,元旦", "2027年1月2日,0,元旦"])
        assert problem.value.line == 3


class TestDue:
    @pytest.mark.parametrize(("cycle", "day"), [("2", "2026-01-03"), ("4", "2026-02-10"), ("6", "2027-02-25")])
    def test_by_its_cycle(self, cycle: str, day: str) -> None:
        found = update_deadlines.next_update_due(cycle, dt.date(2026, 1, 1))
        assert found is not None
        assert found.day == dt.date.fromisoformat(day)
        assert not found.overdue(found.day)
        assert found.overdue(found.day + dt.timedelta(days=1))

    @pytest.mark.parametrize("cycle", ["9", None, "?"])
    def test_irregular_ones_are_never_due(self, cycle: str | None) -> None:
        assert update_deadlines.next_update_due(cycle, dt.date(2026, 1, 1)) is None

    def test_the_newest_file_counts(self) -> None:
        files = [{"created": "2024-05-01T00:00:00"}, {"created": "2023-01-01", "last_modified": "2025-03-02T08:00"}]
        assert update_deadlines.last_update({"resources": files, "nx_publish_date": "2026-01-01"}) == dt.date(
            2025, 3, 2
        )

    def test_without_files_the_publication_date_counts(self) -> None:
        assert update_deadlines.last_update({"nx_publish_date": "2024-05-01"}) == dt.date(2024, 5, 1)


FIELDS = ("title_translated", "nx_region", "tags", "nx_items", "resources")


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    found = difference.find_changes(before, after, FIELDS)
    return [("/".join(change.path), change.before, change.after) for change in found]


class TestDifference:
    def test_texts_differ_by_language(self) -> None:
        before, after = {"title_translated": {"zh": "名录"}}, {"title_translated": {"zh": "名录", "en": "List"}}
        assert changed(before, after) == [("title_translated/en", None, "List")]

    def test_nothing_and_empty_are_the_same(self) -> None:
        assert changed({"nx_region": None, "tags": []}, {"nx_region": "", "resources": []}) == []

    def test_items_differ_one_by_one(self) -> None:
        before = {"nx_items": [{"name": "名称", "length": "20"}, {"name": "等级"}]}
        after = {"nx_items": [{"name": "名称", "length": "40"}, {"name": "等级"}]}
        assert changed(before, after) == [("nx_items/名称/length", "20", "40")]

    def test_files_come_and_go(self) -> None:
        before = {"resources": [{"id": "1", "name": "旧", "url": "a"}]}
        after = {"resources": [{"id": "2", "name": "新", "url": "b"}]}
        assert changed(before, after) == [("resources/旧", "旧", None), ("resources/新", None, "新")]


class TestMerge:
    def test_an_edit_made_meanwhile_stays(self) -> None:
        base = {"title_translated": {"zh": "名录"}, "nx_region": "640100"}
        live = base | {"nx_region": "640200"}
        wanted = base | {"title_translated": {"zh": "景区名录"}}
        assert difference.merge(base, live, wanted, FIELDS) == {
            "title_translated": {"zh": "景区名录"},
            "nx_region": "640200",
            "resources": [],
        }

    def test_a_file_added_meanwhile_stays_and_a_removed_one_does_not_return(self) -> None:
        one, two, three = ({"id": str(number), "url": str(number)} for number in (1, 2, 3))
        merged = difference.merge(
            {"resources": [one, two]}, {"resources": [two, three]}, {"resources": [one, two | {"name": "新名"}]}, FIELDS
        )
        assert [file["id"] for file in merged["resources"]] == ["2", "3"]
        assert merged["resources"][0]["name"] == "新名"
