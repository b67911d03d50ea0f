"""Workflows as tables: who may move what, from where to where."""

from __future__ import annotations

import pytest

from ckanext.nxopendata.core import workflow
from ckanext.nxopendata.core.workflow import transition

STEPS = (
    *transition("submit", ("draft", "returned"), "submitted", "editor"),
    *transition("publish", "submitted", "published", "office", conditions=[["two levels"]]),
    *transition("publish", "submitted", "published", "head", conditions=[["one level"], ["new", "change"]]),
    *transition("return", "submitted", "returned", "office", "head", opinion=True),
)


def actions(state: str, *roles: str, facts: tuple[str, ...] = ()) -> list[str]:
    return [row.action for row in workflow.list_possible(STEPS, state, roles, facts)]


class TestWhatIsPossible:
    def test_a_step_leaves_each_of_its_sources(self) -> None:
        assert [actions(state, "editor") for state in ("draft", "returned", "submitted")] == [
            ["submit"],
            ["submit"],
            [],
        ]

    def test_the_order_is_that_of_the_table(self) -> None:
        assert actions("submitted", "head", "office", facts=("two levels",)) == ["publish", "return"]

    def test_every_condition_must_hold(self) -> None:
        assert actions("submitted", "head", facts=("one level",)) == ["return"]
        assert actions("submitted", "head", facts=("one level", "change")) == ["publish", "return"]

    def test_what_has_no_condition_always_exists(self) -> None:
        assert actions("submitted", "office") == ["return"]


class TestAStep:
    def test_it_says_where_it_leads_and_whether_it_needs_words(self) -> None:
        row = workflow.find_step(STEPS, "return", "submitted", ["head"])
        assert (row.source, row.target, row.opinion) == ("submitted", "returned", True)

    def test_one_for_others_is_forbidden(self) -> None:
        with pytest.raises(workflow.TransitionError) as refused:
            workflow.find_step(STEPS, "return", "submitted", ["editor"])
        assert refused.value.forbidden

    @pytest.mark.parametrize("facts", [(), ("one level",)])
    def test_one_that_does_not_exist_now_is_not(self, facts: tuple[str, ...]) -> None:
        with pytest.raises(workflow.TransitionError) as refused:
            workflow.find_step(STEPS, "publish", "submitted", ["office", "head"], facts)
        assert not refused.value.forbidden
