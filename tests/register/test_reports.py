"""Three months of reports on a clock that the test sets; tasks and who may say what to them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
import pytest
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.core import timezone
from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.register.reports import collection

from .conftest import World

SAID = {"progress": "完成两个系统接入共享平台。", "filler": "马丽", "phone": "0951-6041234"}


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the day: ``on("2026-11-01")``."""
    return lambda day: monkeypatch.setenv(timezone.TODAY_VARIABLE, day)


def report(world: World, unit: str, period: str) -> dict[str, Any]:
    return world.act("office", "nx_report_list", owner_org=unit, kind="monthly", period=period)[0]


def submit(world: World, unit: str, period: str, **texts: str) -> dict[str, Any]:
    row = report(world, unit, period)
    world.act(f"{unit}-editor", "nx_report_update", id=row["id"], **(SAID | texts))
    return world.act(f"{unit}-head", "nx_report_submit", id=row["id"])


class TestThreeMonths:
    """``wlt`` reports in time, ``tjj`` three days late in the second month, the offices say nothing."""

    @pytest.fixture
    def months(self, begin: Any, on: Any) -> World:
        def fill(world: Any) -> None:
            world.system("wlt", nx_exchange_status="connected")
            world.system("wlt", title="景区客流监测系统", nx_exchange_status="not_connected", nx_plan="merge")
            world.counts = []
            for month, period, late in (("09", "2026-08", False), ("10", "2026-09", True), ("11", "2026-10", False)):
                on(f"2026-{month}-01")
                world.counts.append(world.act("office", "nx_report_remind"))
                world.counts.append(world.act("office", "nx_report_remind"))
                on(f"2026-{month}-02")
                submit(world, "wlt", period)
                if not late:
                    submit(world, "tjj", period, problems="基层网络带宽不足。")
                world.act("office", "nx_report_remind")
                on(f"2026-{month}-03")
                world.act("office", "nx_report_remind")
                if late:
                    on(f"2026-{month}-05")
                    submit(world, "tjj", period)

        made = begin("three_months", fill)
        on("2026-11-03")
        return made

    def test_everybody_is_asked_once_a_month(self, months: Any):
        units = len(model.Session.query(model.Group).filter_by(is_organization=True, state="active").all())
        first, again = months.counts[:2]
        # The annual round of the last December was summed up before this site began: nobody is asked for it now.
        assert first == {"asked": units, "reminded": 0}
        assert again["asked"] == 0
        assert months.counts[2]["asked"] == units

    def test_the_summary_tells_who_was_late_and_who_said_nothing(self, months: World, on: Any):
        on("2026-10-05")
        found = months.act("office", "nx_report_summary", kind="monthly", period="2026-09")
        assert [each["title"] for each in found["in_time"]] == ["文化和旅游厅"]
        assert [(each["title"], each["late"]) for each in found["late"]] == [("统计局", 3)]
        assert [each["title"] for each in found["silent"]] == [
            "信息化建设办",
            "发展改革委",
            "审计厅",
            "政府办公厅",
            "财政厅",
        ]
        assert found["summary_due"] == "2026-10-05"

    def test_the_figures_are_those_of_the_register(self, months: World, on: Any):
        on("2026-11-05")
        found = months.act("office", "nx_report_summary", kind="monthly", period="2026-10")
        own = next(each for each in found["in_time"] if each["title"] == "文化和旅游厅")["figures"]
        assert (own["systems"], own["systems_merge"], own["to_connect"], own["connected"]) == (2, 1, 1, 1)
        assert found["totals"]["systems"] == 2

    def test_the_papers_say_the_same(self, months: World, app: Any, on: Any):
        on("2026-10-05")
        address = "/register/summaries/monthly/2026-09"
        headers = {"Authorization": model_token("office")}
        page = app.get(address, headers=headers)
        assert "统计局：逾期3天，2026年10月5日报送。" in page.body
        assert "审计厅：未报送。" in page.body
        word = docx.Document(io.BytesIO(app.get(f"{address}.docx", headers=headers).data))
        text = "\n".join(paragraph.text for paragraph in word.paragraphs)
        assert "统计局：逾期3天，2026年10月5日报送。" in text
        assert "应报送单位7个：按时报送1个，逾期报送1个，未报送5个。" in text
        assert [cell.text for cell in word.tables[0].rows[-1].cells][:2] == ["合计", "2"]
        assert app.get(f"{address}.pdf", headers=headers).data.startswith(b"%PDF")
        assert (
            app.get(f"{address}.csv", headers=headers)
            .data.decode("utf-8-sig")
            .splitlines()[0]
            .startswith("单位,在用系统")
        )

    def test_who_is_late_is_reminded_once_a_day(self, months: World):
        row = report(months, "tjj", "2026-09")
        assert row["reminded"] == ["2026-10-02", "2026-10-03"]
        head = model.User.get("tjj-head")
        assert head is not None
        topics = [notice.params["what"] for notice in model.Session.query(Notice).filter_by(user_id=head.id)]
        assert topics.count("late") == 1

    def test_what_is_submitted_stands(self, months: World):
        row = report(months, "wlt", "2026-10")
        with pytest.raises(tk.ValidationError):
            months.act("wlt-editor", "nx_report_update", id=row["id"], progress="改写")
        with pytest.raises(tk.NotAuthorized):
            months.act("wlt-editor", "nx_report_submit", id=row["id"])

    def test_one_does_not_read_anothers(self, months: World):
        row = report(months, "tjj", "2026-10")
        for who in ("wlt-head", "stranger", ""):
            for action in ("nx_report_show", "nx_report_update", "nx_report_submit"):
                with pytest.raises(tk.NotAuthorized):
                    months.act(who, action, id=row["id"])
            with pytest.raises(tk.NotAuthorized):
                months.act(who, "nx_report_summary", kind="monthly", period="2026-10")
        assert {each["owner_org"] for each in months.act("wlt-head", "nx_report_list")} == {months.departments["wlt"]}

    def test_the_page_takes_what_the_unit_says(self, world: World, app: Any, on: Any):
        on("2026-12-01")
        world.act("office", "nx_report_remind")
        row = report(world, "wlt", "2026-11")
        address, headers = f"/register/reports/{row['id']}", {"Authorization": model_token("wlt-head")}
        refused = app.post(address, headers=headers, data={"progress": "", "submit": "1"})
        assert "主要进展 必填项不能为空" in refused.body
        asked = app.post(address, headers=headers, data=SAID | {"submit": "1"})
        assert "确认报送" in asked.body
        assert report(world, "wlt", "2026-11")["state"] == "asked"
        app.post(address, headers=headers, data={"confirmed": "1"})
        assert report(world, "wlt", "2026-11")["state"] == "submitted"
        assert SAID["progress"] in app.get(address, headers=headers).body

    def test_the_office_returns_a_report_with_a_reason_and_its_first_day_stands(self, world: World, app: Any, on: Any):
        on("2027-01-01")
        world.act("office", "nx_report_remind")
        on("2027-01-02")
        row = submit(world, "wlt", "2026-12")
        on("2027-01-04")
        with pytest.raises(tk.NotAuthorized):
            world.act("development", "nx_report_return", id=row["id"], reason="数字不符")
        with pytest.raises(tk.ValidationError):
            world.act("office", "nx_report_return", id=row["id"], reason="")
        returned = world.act("office", "nx_report_return", id=row["id"], reason="数字与附表3不符")
        assert (returned["state"], returned["returned"], returned["late"]) == ("asked", True, 2)
        page = app.get(f"/register/reports/{row['id']}", headers={"Authorization": model_token("wlt-head")}).body
        assert "数字与附表3不符" in page
        assert "退回" in page
        again = submit(world, "wlt", "2026-12", progress="已更正。")
        assert (again["state"], again["submitted"], again["late"]) == ("submitted", "2027-01-02", 0)
        head = model.User.get("wlt-head")
        assert head is not None
        told = [notice.params["what"] for notice in model.Session.query(Notice).filter_by(user_id=head.id)]
        assert "returned" in told

    def test_figures_are_those_of_the_end_of_the_period(self, world: World, app: Any, on: Any):
        on("2027-03-31")
        before = collection.count_figures(world.departments["wlt"], dt.date(2027, 3, 31))["systems"]
        collection.keep_figures(dt.date(2027, 3, 31))
        model.Session.commit()
        on("2027-04-01")
        world.system("wlt", title="四月一日登记的系统")
        world.act("office", "nx_report_remind")
        row = report(world, "wlt", "2027-03")
        assert (row["figures"]["systems"], row["figures_day"]) == (before, "2027-03-31")
        kept = submit(world, "wlt", "2027-03")
        assert (kept["figures"]["systems"], kept["figures_day"]) == (before, "2027-03-31")

    def test_what_was_not_kept_is_said_so(self, world: World, app: Any, on: Any):
        on("2027-06-01")
        world.act("office", "nx_report_remind")
        row = report(world, "wlt", "2027-05")
        assert row["figures_day"] is None
        page = app.get(f"/register/reports/{row['id']}", headers={"Authorization": model_token("wlt-head")}).body
        assert "没有保留" in page

    def test_on_the_fifth_the_offices_are_told_once_that_the_summary_is_ready(self, months: World, on: Any):
        on("2026-11-05")
        for _ in range(2):
            months.act("office", "nx_report_remind")
        office = model.User.get("office")
        assert office is not None
        told = [one.params for one in model.Session.query(Notice).filter_by(user_id=office.id, topic="report")]
        ready = [params for params in told if (params["what"], params["kind"]) == ("summary", "monthly")]
        assert [(params["period"], params["late"], params["silent"]) for params in ready] == [("2026-10", 0, 5)]

    def test_the_year_is_reported_in_the_words_of_the_plan(self, world: World, app: Any, on: Any):
        on("2026-12-01")
        world.act("office", "nx_report_remind")
        row = world.act("office", "nx_report_list", owner_org="wlt", kind="annual")[0]
        assert (row["period"], row["due"]) == ("2025", "2026-12-31")
        with pytest.raises(tk.ValidationError) as refused:
            world.act("wlt-head", "nx_report_submit", id=row["id"])
        assert set(refused.value.error_dict) == {"catalogue", "connection", "sharing", "filler", "phone"}
        said = {"catalogue": "目录已编制。", "connection": "已接入两个系统。", "sharing": "与公安厅核验身份。"}
        world.act("wlt-editor", "nx_report_update", id=row["id"], **SAID, **said)
        world.act("wlt-head", "nx_report_submit", id=row["id"])
        paper = app.get("/register/summaries/annual/2025", headers={"Authorization": model_token("office")}).body
        for heading in ("二、政务信息资源目录编制情况", "四、数据对接共享和支撑协同应用情况", "七、逾期和未报送情况"):
            assert heading in paper
        assert "文化和旅游厅：与公安厅核验身份。" in paper

    def test_the_command_does_the_daily_round(self, world: World, cli: Any, on: Any):
        on("2027-03-01")
        done = cli.invoke(ckan, ["nx", "register", "remind"])
        assert done.exit_code == 0, done.output
        assert report(world, "wlt", "2027-02")["state"] == "asked"

    def test_an_unknown_round_is_not_found(self, world: World):
        with pytest.raises(tk.ObjectNotFound):
            world.act("office", "nx_report_summary", kind="monthly", period="2026-14")


class TestTasks:
    def test_a_unit_says_how_far_it_is_and_the_office_closes(self, world: World, app: Any, on: Any):
        on("2026-11-24")
        said = {"id": "4-1", "owner_org": "wlt", "month": "2026-11", "percent": 80, "text": "清单已报厅务会审议。"}
        world.act("wlt-editor", "nx_task_progress_update", **said)
        world.act("wlt-editor", "nx_task_progress_update", **(said | {"percent": 100}))
        shown = world.act("office", "nx_task_show", id="4-1")
        assert [(row["month"], row["percent"]) for row in shown["progress"]] == [("2026-11", 100)]
        assert world.act("tjj-editor", "nx_task_show", id="4-1")["progress"] == []
        assert shown["overdue"]
        world.act("office", "nx_task_decide", id="4-1", action="complete")
        assert "4-1" not in {task["code"] for task in world.act("office", "nx_task_list", state="overdue")}
        body = app.get("/register/tasks/4-1", headers={"Authorization": model_token("wlt-editor")}).body
        assert said["text"] in body
        with pytest.raises(tk.ValidationError):
            world.act("office", "nx_task_decide", id="4-1", action="reopen")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("month", "2026-12"),
            ("month", "11月"),
            ("percent", 101),
            ("percent", "多半"),
            ("evidence", "javascript://x"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(self, world: World, on: Any, field: str, value: Any):
        on("2026-11-24")
        said = {"id": "4-1", "owner_org": "wlt", "percent": 1, "text": "一"} | {field: value}
        with pytest.raises(tk.ValidationError) as refused:
            world.act("wlt-editor", "nx_task_progress_update", **said)
        assert field in refused.value.error_dict

    def test_a_body_that_is_no_more_is_shown_with_its_successor_and_evidence_is_attached(self, world: World, app: Any):
        lead = world.act("wlt-editor", "nx_task_show", id="5-4")["lead"]
        assert any("旅游发展委" in unit and "文化和旅游厅" in unit for unit in lead)
        upload = FileStorage(io.BytesIO(b"%PDF-1.4"), "验收意见.pdf")
        data = {"subject": "task", "subject_id": "5-4", "owner_org": "wlt", "upload": upload}
        world.act("wlt-editor", "nx_register_attachment_create", **data)
        for who, sees in (("wlt-member", True), ("office", True), ("tjj-head", False)):
            page = app.get("/register/tasks/5-4", headers={"Authorization": model_token(who)}).body
            assert ("验收意见.pdf" in page) is sees, who

    def test_only_ones_own_tasks(self, world: World):
        with pytest.raises(tk.ValidationError):
            world.act("wlt-editor", "nx_task_progress_update", id="7-1", owner_org="wlt", percent=1, text="一")
        with pytest.raises(tk.NotAuthorized):
            world.act("wlt-editor", "nx_task_progress_update", id="4-1", owner_org="tjj", percent=1, text="一")
        for who in ("", "stranger"):
            with pytest.raises(tk.NotAuthorized):
                world.act(who, "nx_task_list")
        with pytest.raises(tk.NotAuthorized):
            world.act("wlt-head", "nx_task_decide", id="4-1", action="complete")

    def test_the_list_is_filtered_by_unit_and_state(self, world: World, app: Any, on: Any):
        on("2017-11-15")
        mine = world.act("office", "nx_task_list", owner_org="wlt")
        assert {task["place"] for task in mine} == {"lead", "cooperating"}
        late = {task["code"] for task in world.act("office", "nx_task_list", owner_org="wlt", state="overdue")}
        assert {"1-1", "3-2", "8-3"} <= late
        assert "1-3" not in late
        body = app.get("/register/tasks", headers={"Authorization": model_token("wlt-member")}).body
        assert "清理“僵尸”信息系统" in body


def model_token(name: str) -> str:
    """An API token of a user."""
    from ckan.tests import factories

    return factories.APIToken(user=name)["token"]
