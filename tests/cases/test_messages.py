"""Messages of readers are cases: with a time limit and a history, and the old way to answer them works as before."""

from __future__ import annotations

import datetime as dt
import runpy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

import ckanext.nxopendata.migration
from ckanext.nxopendata.cases.models import Case, Event
from ckanext.nxopendata.portal.models import Feedback
from tests.cases.conftest import CaseSite

VERSIONS = Path(ckanext.nxopendata.migration.__path__[0]) / "nxopendata_cases" / "versions"


def write(town: CaseSite, who: str = "", text: str = "沙湖的等级\n写错了") -> dict[str, Any]:
    """A message about the dataset."""
    return town.act(
        who, "nx_feedback_create", id="jingqu", kind="error", text=text, name="王女士", email="w@example.org"
    )


def find_message(message: dict[str, Any]) -> Feedback:
    model.Session.expire_all()
    return model.Session.get_one(Feedback, message["id"])


def test_a_message_is_a_case_of_the_department_with_a_time_limit(town: CaseSite) -> None:
    town.dataset()
    message = write(town)
    case = town.act("editor", "nx_case_show", id=message["id"])
    assert (case["kind"], case["state"], case["title"]) == ("message", "waiting", "沙湖的等级 写错了")
    assert case["answers"] == {"topic": "error", "text": "沙湖的等级\n写错了", "signed": "王女士"}
    assert case["due"] > case["received"]
    assert [row["id"] for row in town.act("editor", "nx_case_list", box="desk")["results"]] == [message["id"]]
    assert not case["may_write"]
    with pytest.raises(tk.ObjectNotFound):
        town.act("other", "nx_case_show", id=message["id"])


def test_the_step_of_a_case_publishes_the_message_and_forgets_the_address(town: CaseSite) -> None:
    town.dataset()
    message = write(town)
    town.step("editor", town.act("editor", "nx_case_show", id=message["id"]), "answer", opinion="已更正，谢谢。")
    row = find_message(message)
    assert (row.state, row.answer, row.email) == ("public", "已更正，谢谢。", "")
    assert town.act("", "nx_feedback_list", id="jingqu")[0]["answer"] == "已更正，谢谢。"


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ({"state": "public", "answer": "已更正"}, "answered"),
        ({"state": "public"}, "published"),
        ({"state": "refused"}, "refused"),
    ],
)
def test_the_old_action_takes_the_step_of_the_case(town: CaseSite, decision: dict[str, str], state: str) -> None:
    town.dataset()
    message = write(town)
    town.act("editor", "nx_feedback_decide", id=message["id"], **decision)
    assert find_message(message).state == decision["state"]
    case = town.act("editor", "nx_case_show", id=message["id"])
    assert (case["state"], len(case["events"])) == (state, 2)
    town.act("editor", "nx_feedback_decide", id=message["id"], state="public", answer="更正后的答复")
    assert find_message(message).answer == "更正后的答复"


def test_a_reader_with_an_account_sees_it_among_their_cases_and_withdraws_it(town: CaseSite) -> None:
    town.dataset()
    message = write(town, "applicant")
    assert [row["id"] for row in town.act("applicant", "nx_case_list")["results"]] == [message["id"]]
    case = town.act("applicant", "nx_case_show", id=message["id"])
    assert [step["action"] for step in case["steps"]] == ["withdraw"]
    town.step("applicant", case, "withdraw")
    assert find_message(message).state == "refused"
    assert town.act("editor", "nx_feedback_waiting") == []


def test_nobody_begins_one_past_its_form_or_for_somebody_else(town: CaseSite) -> None:
    dataset = town.dataset()
    with pytest.raises(tk.ValidationError):
        town.act("applicant", "nx_case_create", kind="message", dataset="jingqu", client_key="a", answers={})
    with pytest.raises(tk.NotAuthorized):
        town.act("applicant", "nx_case_begin", id=dataset["id"], kind="message", dataset=dataset["id"])


def test_no_word_of_a_reader_stands_in_the_public_register(town: CaseSite) -> None:
    town.dataset()
    for decision in ("public", "refused"):
        message = write(town, text=f"只在数据集页面 {decision}")
        town.act("editor", "nx_feedback_decide", id=message["id"], state=decision)
    shown = town.act("", "nx_case_public_list", kind="message")
    assert shown["count"] == 2
    assert "只在数据集页面" not in str(shown) and "王女士" not in str(shown)


def test_the_old_page_leads_to_the_desk(app: Any, town: CaseSite) -> None:
    town.dataset()
    write(town)
    page = app.get("/feedback", headers=town.headers("editor"), follow_redirects=False)
    assert page.status_code == 302 and page.location.endswith("/case/desk?kind=message")


def test_earlier_messages_are_carried_over_with_their_history(town: CaseSite) -> None:
    dataset = town.dataset()
    before = dt.datetime.fromisoformat("2026-03-01T20:00:00")
    texts = {
        "waiting": Feedback(text="还在等", state="waiting"),
        "answered": Feedback(text="有答复", state="public", answer="是的", answered=before + dt.timedelta(days=3)),
        "published": Feedback(text="没有答复", state="public"),
        "refused": Feedback(text="不公开", state="refused"),
    }
    for row in texts.values():
        row.dataset_id, row.kind, row.created = dataset["id"], "question", before
        model.Session.add(row)
    model.Session.flush()
    steps = runpy.run_path(str(VERSIONS / "3d8f0b7c61aa_reader_messages.py"))
    for name in ("CASES", "RECEIVED", "DECIDED"):
        model.Session.execute(sa.text(steps[name]))
    for state, row in texts.items():
        case = model.Session.get_one(Case, row.id)
        events = list(model.Session.scalars(sa.select(Event).where(Event.case_id == row.id).order_by(Event.id)))
        assert (case.state, case.owner_org, case.received) == (state, town.department, dt.date(2026, 3, 2))
        assert [event.target for event in events] == ["waiting", state][: 1 if state == "waiting" else 2]
    assert model.Session.get_one(Case, texts["answered"].id).answered == dt.date(2026, 3, 5)
    model.Session.commit()
    town.act("editor", "nx_feedback_decide", id=texts["waiting"].id, state="public", answer="现在答复")
    assert find_message({"id": texts["waiting"].id}).answer == "现在答复"
