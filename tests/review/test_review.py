"""Review and publication by the people who do it, on the real database and search index."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.lib import search
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review.overdue import reminders
from ckanext.nxopendata.review.workflow import jobs as review_jobs
from ckanext.nxopendata.review.workflow.models import Case, Decision
from tests.datasets import COMPLETE
from tests.review.people import People
from tests.worker import work

pytestmark = pytest.mark.usefixtures("with_plugins", "office_publishes", "clean_db", "clean_index", "clean_queues")


def log(dataset: dict) -> list[tuple[str, str, str]]:
    query = sa.select(Decision).where(Decision.dataset_id == dataset["id"]).order_by(Decision.id)
    return [(row.action, row.target, row.opinion) for row in model.Session.scalars(query)]


class TestANewDataset:
    def test_it_is_for_the_department_alone(self, people: People) -> None:
        dataset = people.create()
        assert people.public() == []
        assert people.act("head", "package_show", id=dataset["id"])["private"]
        for other in ("officer", "stranger", ""):
            with pytest.raises(tk.NotAuthorized):
                people.act(other, "package_show", id=dataset["id"])

    def test_the_office_sees_it_once_it_was_submitted(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        assert people.act("officer", "package_show", id=dataset["id"])["title"] == "宁夏A级旅游景区名录"
        found = people.act("officer", "package_search", include_private=True)
        assert found["count"] == 1

    def test_an_editor_cannot_make_it_public(self, people: People) -> None:
        dataset = people.create(private=False)
        people.act("editor", "package_patch", id=dataset["id"], private=False)
        with pytest.raises(tk.NotAuthorized):
            people.act("editor", "bulk_update_public", datasets=[dataset["id"]], org_id=people.department["id"])
        assert people.public() == []

    def test_what_is_missing_is_told_at_its_fields(self, people: People) -> None:
        dataset = people.create(nx_update_cycle="", nx_items=[], nx_contact_phone="")
        with pytest.raises(tk.ValidationError) as refusal:
            people.decide("editor", dataset, "submit")
        assert set(refusal.value.error_dict) == {"nx_update_cycle", "nx_items", "nx_contact_phone"}

    def test_it_is_published_by_two_levels(self, people: People) -> None:
        dataset = people.published()
        assert people.public() == ["宁夏A级旅游景区名录"]
        assert log(dataset) == [
            ("submit", "submitted", ""),
            ("forward", "publishing", ""),
            ("publish", "published", ""),
        ]

    def test_the_office_returns_it_and_the_department_mends(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "forward")
        with pytest.raises(tk.ValidationError) as refusal:
            people.decide("officer", dataset, "return")
        assert "opinion" in refusal.value.error_dict
        people.decide("officer", dataset, "return", opinion="摘要太短")
        people.act("editor", "package_patch", id=dataset["id"], notes="全区A级旅游景区的名称、等级、位置和电话。")
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "forward")
        people.decide("officer", dataset, "publish")
        assert people.public() == ["宁夏A级旅游景区名录"]
        assert ("return", "draft", "摘要太短") in log(dataset)

    def test_the_department_does_not_publish_by_itself(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "forward")
        for who in ("editor", "head"):
            with pytest.raises(tk.NotAuthorized):
                people.decide(who, dataset, "publish")

    def test_it_rests_while_it_is_reviewed(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        with pytest.raises(tk.ValidationError):
            people.act("editor", "package_patch", id=dataset["id"], notes="偷偷改")

    def test_what_was_registered_is_a_draft_again_when_edited(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "register")
        people.act("editor", "package_patch", id=dataset["id"], notes="登记后修改的摘要")
        assert people.act("editor", "nx_review_show", id=dataset["id"])["state"] == "draft"

    def test_a_draft_that_moves_to_another_department_is_reviewed_there(self, people: People, call: Callable) -> None:
        other = factories.Organization(title="体育局", users=[{"name": "editor", "capacity": "admin"}])
        dataset = people.create()
        people.act("editor", "package_patch", id=dataset["id"], owner_org=other["id"], title="体育场馆名录")
        people.decide("editor", dataset, "submit")
        assert people.act("head", "nx_review_list")["count"] == 0
        (case,) = people.act("editor", "nx_review_list", all=True)["results"]
        assert (case["owner_org"], case["title"]) == (other["id"], "体育场馆名录")

    def test_what_is_not_open_stays_inside_when_published(self, people: People) -> None:
        people.published(nx_is_open="0", nx_share_type="3", nx_share_condition="《统计法》第九条")
        assert people.public() == []
        listed = people.act("", "nx_catalogue_list", kind="not_open")["results"]
        assert [(row["title"], row["nx_share_condition"]) for row in listed] == [
            ("宁夏A级旅游景区名录", "《统计法》第九条")
        ]


class TestAPublishedDataset:
    def test_an_edit_waits_while_the_live_version_stays(self, people: People) -> None:
        dataset = people.published()
        people.act("editor", "package_patch", id=dataset["id"], title="宁夏景区名录（2025）")
        assert people.public() == ["宁夏A级旅游景区名录"]
        case = people.act("editor", "nx_review_show", id=dataset["id"])
        assert case["changes"] == [
            {"path": ["title_translated", "zh"], "before": "宁夏A级旅游景区名录", "after": "宁夏景区名录（2025）"}
        ]
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "forward")
        people.decide("officer", dataset, "publish")
        assert people.public() == ["宁夏景区名录（2025）"]

    def test_editing_goes_on_from_the_pending_version(self, people: People) -> None:
        dataset = people.published()
        people.act("editor", "package_patch", id=dataset["id"], title="改了标题")
        people.act("editor", "package_patch", id=dataset["id"], nx_region="640100")
        changed = {
            tuple(change["path"]) for change in people.act("editor", "nx_review_show", id=dataset["id"])["changes"]
        }
        assert changed == {("title_translated", "zh"), ("nx_region",)}

    def test_mistakes_of_an_edit_are_told_at_once(self, people: People) -> None:
        dataset = people.published()
        with pytest.raises(tk.ValidationError) as refusal:
            people.act("editor", "package_patch", id=dataset["id"], nx_share_type="3")
        assert "nx_share_condition" in refusal.value.error_dict

    def test_an_edit_without_a_difference_opens_nothing(self, people: People) -> None:
        dataset = people.published()
        people.act("editor", "package_update", **people.act("editor", "package_show", id=dataset["id"]))
        assert people.act("editor", "nx_review_show", id=dataset["id"])["kind"] == "new"

    def test_what_the_administrator_edits_meanwhile_is_not_lost(self, people: People, call: Callable) -> None:
        dataset = people.published()
        people.act("editor", "package_patch", id=dataset["id"], title="新标题")
        call("package_patch", id=dataset["id"], nx_contact_phone="12345")
        for who, action in (("editor", "submit"), ("head", "forward"), ("officer", "publish")):
            people.decide(who, dataset, action)
        live = people.act("", "package_show", id=dataset["id"])
        assert (live["title"], live["nx_contact_phone"]) == ("新标题", "12345")

    def test_a_new_file_waits_and_is_published_with_its_bytes(self, people: People) -> None:
        dataset = people.published()
        upload = FileStorage(io.BytesIO("名称\n沙湖\n".encode()), "景区.csv")
        people.act("editor", "resource_create", package_id=dataset["id"], name="景区", format="CSV", upload=upload)
        assert people.act("", "package_show", id=dataset["id"])["resources"] == []
        for who, action in (("editor", "submit"), ("head", "forward"), ("officer", "publish")):
            people.decide(who, dataset, action)
        (file,) = people.act("", "package_show", id=dataset["id"])["resources"]
        assert (file["name"], file["url_type"], file["nx_file_name"]) == ("景区", "upload", "景区.csv")
        assert _content(file) == "名称\n沙湖\n"

    def test_a_replaced_file_stays_until_it_is_approved(self, people: People) -> None:
        dataset = people.create()
        first = FileStorage(io.BytesIO(b"old"), "a.csv")
        people.act("editor", "resource_create", package_id=dataset["id"], name="景区", format="CSV", upload=first)
        for who, action in (("editor", "submit"), ("head", "forward"), ("officer", "publish")):
            people.decide(who, dataset, action)
        (file,) = people.act("", "package_show", id=dataset["id"])["resources"]
        second = FileStorage(io.BytesIO(b"new"), "b.csv")
        people.act("editor", "resource_patch", id=file["id"], upload=second)
        assert _content(people.act("", "resource_show", id=file["id"])) == "old"
        for who, action in (("editor", "submit"), ("head", "forward"), ("officer", "publish")):
            people.decide(who, dataset, action)
        replaced = people.act("", "resource_show", id=file["id"])
        assert (_content(replaced), replaced["nx_file_name"]) == ("new", "b.csv")

    def test_it_is_withdrawn_not_deleted(self, people: People) -> None:
        dataset = people.published()
        with pytest.raises(tk.NotAuthorized):
            people.act("head", "package_delete", id=dataset["id"])
        people.decide("officer", dataset, "withdraw", opinion="含个人信息")
        assert people.public() == []
        people.decide("editor", dataset, "reopen")
        assert people.act("editor", "nx_review_show", id=dataset["id"])["state"] == "draft"

    def test_a_release_time_is_kept(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "forward")
        with pytest.raises(tk.ValidationError):
            people.decide("officer", dataset, "schedule", release_at="2020-01-01T08:00")
        people.decide("officer", dataset, "schedule", release_at="2099-01-01T08:00")
        case = model.Session.scalars(sa.select(Case)).one()
        assert case.release_at == dt.datetime(2099, 1, 1, 0, 0)  # noqa: DTZ001  stored as UTC without a zone
        site = people.user(tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"])
        assert review_jobs.release_due(site) == []
        case.release_at = dt.datetime(2020, 1, 1)  # noqa: DTZ001
        model.Session.commit()
        assert review_jobs.release_due(site) == [case.id]
        assert people.public() == ["宁夏A级旅游景区名录"]

    def test_withdrawing_ends_its_pending_change(self, people: People) -> None:
        """Published afterwards, the change would bring the dataset back."""
        dataset = people.published()
        own = people.act("officer", "nx_review_show", id=dataset["id"])["id"]
        people.act("editor", "package_patch", id=dataset["id"], notes="新的摘要")
        for who, action in (("editor", "submit"), ("head", "forward")):
            people.decide(who, dataset, action)
        people.act("officer", "nx_review_decide", id=own, action="withdraw", opinion="含个人信息")
        assert people.act("officer", "nx_review_list")["count"] == 0
        assert people.public() == []
        assert log(dataset)[-2:] == [("withdraw", "withdrawn", "含个人信息"), ("end", "refused", "含个人信息")]
        assert "含个人信息" in people.act("editor", "nx_notice_list")[0]["text"]
        people.decide("editor", dataset, "reopen")
        assert people.act("editor", "package_patch", id=dataset["id"], notes="更新的摘要")["notes"] == "更新的摘要"

    def test_what_cannot_be_released_goes_back_and_does_not_hold_up_the_others(self, people: People) -> None:
        first, second = people.published(), people.published(title_translated={"zh": "另一名录"})
        for dataset, title in ((first, "甲名录"), (second, "乙名录")):
            people.act("editor", "package_patch", id=dataset["id"], title=title)
            for who, action in (("editor", "submit"), ("head", "forward")):
                people.decide(who, dataset, action)
            people.decide("officer", dataset, "schedule", release_at="2099-01-01T08:00")
        people.create(title_translated={"zh": "甲名录"})
        model.Session.execute(sa.update(Case).values(release_at=dt.datetime(2020, 1, 1)))  # noqa: DTZ001
        model.Session.commit()
        site = people.user(tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"])
        assert len(review_jobs.release_due(site)) == 1
        assert set(people.public()) == {"宁夏A级旅游景区名录", "乙名录"}
        case = people.act("editor", "nx_review_show", id=first["id"])
        assert case["state"] == "draft"
        assert "甲名录" in case["decisions"][-1]["opinion"]
        assert review_jobs.release_due(site) == []

    def test_its_views_are_not_changed_past_the_review(self, people: People, call: Callable) -> None:
        dataset = people.published(resources=[{"url": "https://wlt.example/a.txt", "name": "说明", "format": "TXT"}])
        view = {"resource_id": dataset["resources"][0]["id"], "title": "未审的标题", "view_type": "text_view"}
        with pytest.raises(tk.NotAuthorized):
            people.act("head", "resource_view_create", **view)
        made = call("resource_view_create", **view)
        for action in ("resource_view_update", "resource_view_delete"):
            with pytest.raises(tk.NotAuthorized):
                people.act("editor", action, **(made | {"title": "改过"}))


class TestWhoIsReviewed:
    def test_the_administrator_and_harvests_publish_directly(self, people: People, call: Callable) -> None:
        call("package_create", **COMPLETE, owner_org=people.department["id"])
        assert people.public() == ["宁夏A级旅游景区名录"]

    def test_a_trusted_departments_head_publishes(self, people: People, call: Callable) -> None:
        call("organization_patch", id=people.department["id"], nx_review_mode="trusted")
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "publish")
        assert people.public() == ["宁夏A级旅游景区名录"]

    def test_a_department_without_review_publishes_directly(self, people: People, call: Callable) -> None:
        call("organization_patch", id=people.department["id"], nx_review_mode="off")
        people.create()
        assert people.public() == ["宁夏A级旅游景区名录"]

    def test_a_head_does_not_switch_review_off(self, people: People) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            people.act("head", "organization_patch", id=people.department["id"], nx_review_mode="off")
        assert "nx_review_mode" in refusal.value.error_dict

    def test_a_head_may_edit_everything_else(self, people: People, call: Callable) -> None:
        call("organization_patch", id=people.department["id"], nx_review_mode="trusted")
        people.act("head", "organization_patch", id=people.department["id"], nx_contact_name="张三")
        patched = call("organization_show", id=people.department["id"])
        assert (patched["nx_contact_name"], patched["nx_review_mode"]) == ("张三", "trusted")

    def test_strangers_see_no_case(self, people: People) -> None:
        dataset = people.create()
        for other in ("stranger", "officer", ""):
            with pytest.raises(tk.NotAuthorized):
                people.act(other, "nx_review_show", id=dataset["id"])


class TestTheForm:
    def test_a_draft_is_given_its_code_once_its_class_is_chosen(self, people: People) -> None:
        draft = people.create(nx_class_code="")
        assert not people.act("editor", "package_show", id=draft["id"]).get("nx_resource_code")
        people.act("editor", "package_patch", id=draft["id"], nx_class_code="214")
        shown = people.act("editor", "package_show", id=draft["id"])
        assert shown["nx_resource_code"].startswith("214000/")
        case = people.act("editor", "nx_review_show", id=draft["id"])
        assert "code_of_other_class" not in [finding["code"] for finding in case["findings"]]

    def test_what_is_open_without_conditions_needs_a_licence(self, people: People) -> None:
        draft = people.create(license_id="notspecified")
        with pytest.raises(tk.ValidationError) as refusal:
            people.decide("editor", draft, "submit")
        assert list(refusal.value.error_dict) == ["license_id"]
        people.act("editor", "package_patch", id=draft["id"], nx_open_condition="仅限科研")
        people.decide("editor", draft, "submit")

    def test_the_button_says_that_a_draft_is_saved(self, app: Any, people: People) -> None:
        draft = people.create(state="draft")
        headers = {"Authorization": factories.APIToken(user="editor")["token"]}
        page = app.get(f"/dataset/{draft['name']}/resource/new", headers=headers).body
        assert "保存草稿" in page or "Save draft" in page


class TestTheLog:
    def test_it_cannot_be_changed(self, people: People) -> None:
        people.published()
        for statement in (sa.update(Decision).values(opinion="改"), sa.delete(Decision)):
            with pytest.raises(DBAPIError, match="append-only"):
                model.Session.execute(statement)
            model.Session.rollback()


class TestQueues:
    def test_each_sees_what_waits_for_them(self, people: People) -> None:
        def waiting() -> list[int]:
            return [people.act(who, "nx_review_list")["count"] for who in ("editor", "head", "officer", "stranger")]

        dataset = people.create()
        assert waiting() == [1, 1, 0, 0]
        people.decide("editor", dataset, "submit")
        assert waiting() == [0, 1, 0, 0]
        people.decide("head", dataset, "forward")
        assert waiting() == [0, 0, 1, 0]
        people.decide("officer", dataset, "publish")
        assert waiting() == [0, 0, 0, 0]

    def test_a_deleted_draft_waits_for_nobody(self, people: People) -> None:
        people.act("editor", "package_delete", id=people.create()["id"])
        assert people.act("editor", "nx_review_list")["count"] == 0

    def test_those_who_must_act_are_told(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        (notice,) = people.act("head", "nx_notice_list")
        assert (notice["topic"], notice["read"]) == ("waiting", False)
        people.decide("head", dataset, "return", opinion="补充信息项")
        assert "补充信息项" in people.act("editor", "nx_notice_list")[0]["text"]
        assert people.act("editor", "nx_notice_read") == {"read": 1}

    def test_a_deadline_is_set_in_working_days(self, people: People) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        case = people.act("head", "nx_review_show", id=dataset["id"])
        assert case["deadline"] > today().isoformat()
        assert not case["late"]

    def test_mail_goes_out_by_job(self, people: People, mail_server: Any) -> None:
        people.decide("editor", people.create(), "submit")
        assert mail_server.get_smtp_messages() == []
        work()
        (message,) = mail_server.get_smtp_messages()
        assert message[2] == ["head@example.org"]


class TestUpdates:
    def test_an_overdue_dataset_is_flagged(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        dataset = people.published(nx_update_cycle="6", nx_publish_date="2020-01-01")
        other = people.published(title_translated={"zh": "别的"}, nx_publish_date="2026-11-01")
        from ckanext.nxopendata.review.overdue import overdue_updates

        search.commit()
        inside = people.published(
            title_translated={"zh": "内部名录"}, nx_is_open="0", nx_update_cycle="6", nx_publish_date="2020-01-01"
        )
        draft = people.create(title_translated={"zh": "草稿"}, nx_update_cycle="6", nx_publish_date="2020-01-01")
        search.commit()
        day = dt.date(2026, 11, 23)
        names = [row["name"] for row in overdue_updates.list_overdue(day)]
        found = [one["name"] in names for one in (dataset, other, inside, draft)]
        assert found == [True, False, True, False]
        flags = [tk.h.nx_update_due(people.act("editor", "package_show", id=one["id"])) for one in (inside, draft)]
        assert [bool(flag and flag["overdue"]) for flag in flags] == [True, False]
        monkeypatch.setattr(overdue_updates, "AT_ONCE", 1)  # what goes over one search is there all the same
        assert [row["name"] for row in overdue_updates.list_overdue(day)] == names
        count, first = overdue_updates.find_overdue(day, limit=1)
        assert (count, [row["name"] for row in first]) == (len(names), names[:1])


class TestTheClock:
    def test_the_daily_round_reminds_each_person_once_of_all_that_is_late(
        self, people: People, cli: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        case = model.Session.scalars(sa.select(Case)).one()
        case.deadline = dt.date(2026, 1, 5)
        model.Session.commit()
        for number in range(3):  # overdue for years: nobody is too late to be reminded of
            people.published(title_translated={"zh": f"旧数据{'甲乙丙'[number]}"}, nx_publish_date="2020-01-01")
        search.commit()

        def told(day: str) -> list[tuple[int, int]]:
            monkeypatch.setenv("NX_REGISTER_TODAY", day)
            result = cli.invoke(ckan, ["nx", "review", "daily"])
            assert "late 1, overdue " in result.output, result.output
            query = sa.select(Notice).where(Notice.topic == reminders.TOPIC, Notice.user_id == head)
            notices = list(model.Session.scalars(query.order_by(Notice.id)))
            return [(notice.params["reviews"], notice.params["updates"]) for notice in notices]

        head = people.user("head").id
        assert told("2026-11-29") == [(1, 3)]
        assert told("2026-11-29") == [(1, 3)], "not twice on one day"
        assert told("2026-11-30") == [(1, 3)] * 2
        assert told("2026-12-02") == [(1, 3)] * 2, "the interval grows"
        assert told("2026-12-03") == [(1, 3)] * 3
        people.published(title_translated={"zh": "旧数据丁"}, nx_publish_date="2021-01-01")
        search.commit()
        assert told("2026-12-04") == [*[(1, 3)] * 3, (1, 4)], "what is new is told the next day"
        officer = people.act("officer", "nx_notice_list")
        assert "4" in next(notice["text"] for notice in officer if notice["topic"] == reminders.TOPIC)

    def test_releasing_says_how_many(self, cli: Any) -> None:
        result = cli.invoke(ckan, ["nx", "review", "release"])
        assert "published 0" in result.output

    def test_the_office_keeps_the_calendar(self, people: People, app: Any) -> None:
        today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
        free = "".join(f"{today + dt.timedelta(days=n)},0,放假\n" for n in range(1, 31))
        with pytest.raises(tk.NotAuthorized):
            people.act("head", "nx_workdays_update", csv=f"day,working,name\n{free}")
        with pytest.raises(tk.ValidationError, match="3"):
            people.act("officer", "nx_workdays_update", csv=f"day,working,name\n{today},0,放假\n明天,0,\n")
        headers = {"Authorization": factories.APIToken(user=people.officer)["token"]}
        app.post("/review/calendar", data={"csv": f"day,working,name\n{free}"}, headers=headers)
        assert "放假" in app.get("/review/calendar", headers=headers).get_data(as_text=True)
        reader = {"Authorization": factories.APIToken(user="editor")["token"]}
        read = app.get("/review/calendar", headers=reader).get_data(as_text=True)
        assert "<td>放假</td>" in read
        assert "day,working" not in read  # a file, which who may not change it need not understand
        dataset = people.create()
        people.decide("editor", dataset, "submit")
        case = people.act("head", "nx_review_show", id=dataset["id"])
        assert dt.date.fromisoformat(case["deadline"]) > today + dt.timedelta(days=30)
        english = app.get(f"/en/review/{case['id']}", headers=headers).get_data(as_text=True)
        assert "Ningxia Open Data Terms 1.0" in english  # and not as CKAN's list has it, in Chinese
        shown = people.act("officer", "nx_workdays_update", csv="")
        assert not shown["own"]
        assert today.year in shown["years"]

    def test_rows_of_published_data_are_not_written_past_the_review(
        self, people: People, call: Callable, app: Any
    ) -> None:
        url = "https://wlt.example/a.csv"
        dataset = people.published(resources=[{"url": url, "name": "表"}])
        fields = [{"id": "名称", "type": "text"}]
        table = {"resource_id": dataset["resources"][0]["id"], "fields": fields, "force": True}
        rows = {"resource_id": table["resource_id"], "records": [{"名称": "未审"}], "force": True, "method": "insert"}
        for who in ("editor", "head"):
            with pytest.raises(tk.NotAuthorized):
                people.act(who, "datastore_create", **table)
            with pytest.raises(tk.NotAuthorized):
                people.act(who, "datastore_upsert", **rows)
        call("datastore_create", **table)
        with pytest.raises(tk.NotAuthorized):
            people.act("editor", "datastore_upsert", **rows)
        draft = people.create(title_translated={"zh": "草稿"}, title="草稿", resources=[{"url": url, "name": "表"}])
        people.act("editor", "datastore_create", **{**table, "resource_id": draft["resources"][0]["id"]})
        headers = {"Authorization": factories.APIToken(user="editor")["token"]}
        for one, offered in ((dataset, False), (draft, True)):
            address = f"/dataset/{one['name']}/dictionary/{one['resources'][0]['id']}"
            assert (app.get(address, headers=headers, follow_redirects=False).status_code == 200) == offered
            read = app.get(f"/dataset/resources/{one['name']}", headers=headers).get_data(as_text=True)
            assert (address in read) == offered  # nothing is offered that would be refused

    def test_a_calendar_is_checked(self, cli: Any, tmp_path: Any) -> None:
        file = tmp_path / "workdays.csv"
        file.write_text("day,working,name\n2027-13-01,0,元旦\n", encoding="utf-8")
        result = cli.invoke(ckan, ["nx", "review", "calendar", str(file)])
        assert result.exit_code != 0
        assert "line 2" in result.output


class TestLists:
    def test_the_plan_names_what_is_on_its_way(self, people: People) -> None:
        dataset = people.create(nx_open_year="2027")
        assert people.act("", "nx_catalogue_list", kind="plan", year=2027)["count"] == 0
        people.decide("editor", dataset, "submit")
        people.decide("head", dataset, "register")
        (row,) = people.act("", "nx_catalogue_list", kind="plan", year=2027)["results"]
        assert (row["title"], row["public"]) == ("宁夏A级旅游景区名录", False)

    def test_open_and_shareable(self, people: People) -> None:
        people.published()
        for kind in ("open", "shareable"):
            assert people.act("", "nx_catalogue_list", kind=kind)["count"] == 1


class TestPages:
    def test_the_lists_and_their_csv(self, app: Any, people: People) -> None:
        people.published(nx_open_year="2026")
        for kind in ("open", "shareable", "not_open", "plan"):
            assert app.get(f"/lists/{kind}").status_code == 200
        text = app.get("/lists/open.csv").get_data(as_text=True)
        assert text.startswith("\ufeff")
        assert "宁夏A级旅游景区名录" in text
        assert "无条件共享" in text

    def test_a_case_is_decided_in_the_browser(self, app: Any, people: People) -> None:
        dataset = people.create()
        case = people.act("editor", "nx_review_show", id=dataset["id"])
        editor = {"Authorization": factories.APIToken(user=people.editor)["token"]}
        page = app.get(f"/review/{case['id']}", headers=editor)
        assert 'value="submit"' in page.body
        app.post(f"/review/{case['id']}", data={"action": "submit"}, headers=editor)
        head = {"Authorization": factories.APIToken(user=people.head)["token"]}
        assert "宁夏A级旅游景区名录" in app.get("/review", headers=head).body
        page = app.post(f"/review/{case['id']}", data={"action": "return"}, headers=head)
        assert "error-explanation" in page.body

    def test_strangers_are_kept_out(self, app: Any, people: People) -> None:
        dataset = people.create()
        case = people.act("editor", "nx_review_show", id=dataset["id"])
        stranger = {"Authorization": factories.APIToken(user=people.stranger)["token"]}
        assert app.get(f"/review/{case['id']}", headers=stranger, status=403)
        assert app.get("/review", status=403)


def _content(file: dict) -> str:
    from ckan.lib import uploader

    with open(uploader.ResourceUpload({}).get_path(file["id"]), encoding="utf-8") as stream:  # noqa: PTH123
        return stream.read()


class TestTheBulkWriter:
    """Who writes many datasets at once meets the same rules."""

    def write(self, data: dict, dataset_id: str | None = None, *, ignore_auth: bool = False) -> Any:
        from ckanext.nxopendata.bulk_write.requests import WriteRequest
        from ckanext.nxopendata.bulk_write.writer import BulkWriter

        writer = BulkWriter("editor", ignore_auth=ignore_auth)
        (result,) = writer.write([WriteRequest(lambda current: {**(current or {}), **data}, dataset_id)])
        model.Session.commit()
        writer.index([result.dataset_id])
        return result

    def test_begins_a_draft_of_a_new_dataset(self, people: People) -> None:
        result = self.write(COMPLETE | {"owner_org": people.department["id"]})
        assert result.shown["private"]
        assert people.act("editor", "nx_review_show", id=result.dataset_id)["state"] == "draft"
        assert people.public() == []

    def test_leaves_the_update_of_a_published_dataset_to_the_action(self, people: People) -> None:
        dataset = people.published()
        result = self.write({"notes_translated": {"zh": "改过"}}, dataset["id"])
        assert result.state == "by_action"
        assert people.act("", "package_show", id=dataset["id"])["notes"] == dataset["notes"]

    def test_publishes_what_the_portal_itself_writes(self, people: People) -> None:
        result = self.write(COMPLETE | {"owner_org": people.department["id"]}, ignore_auth=True)
        assert not result.shown["private"]
        assert people.public() == ["宁夏A级旅游景区名录"]
