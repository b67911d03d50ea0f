"""What the audit does: it reads everything, changes nothing, exports, samples, finds."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from sqlalchemy.exc import DBAPIError

from ckanext.nxopendata.core import timezone
from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.register.audit import export_lists, findings

from .conftest import World

FOUND = {"title": "两个系统未做等级保护备案", "text": "依据《网络安全法》第二十一条，请补办备案。"}


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the day: ``on("2026-11-01")``."""
    return lambda day: monkeypatch.setenv(timezone.TODAY_VARIABLE, day)


@pytest.fixture
def filled(begin: Any, on: Any) -> World:
    """Three systems of two departments, and a reader of the audit office."""
    on("2026-11-02")

    def fill(world: World) -> None:
        world.system("wlt")
        world.system("wlt", title="景区客流监测系统", nx_exchange_status="not_connected")
        world.system("tjj", title='=HYPERLINK("http://example.org")')
        model.Session.add(model.User(name="auditor", email="auditor@example.org"))
        model.Session.commit()
        member = {"id": "shenjiting", "username": "auditor", "role": "member"}
        tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, member)

    return begin("filled", fill)


def headers(name: str) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=name)["token"]}


class TestReading:
    def test_a_member_of_the_audit_office_reads_everything_and_changes_nothing(self, filled: World):
        assert filled.act("auditor", "nx_system_list")["count"] == 3
        assert filled.act("auditor", "nx_report_list") == []
        for action, data in (
            ("nx_audit_finding_create", FOUND | {"owner_org": "wlt"}),
            ("nx_system_propose", {}),
            ("nx_system_create", {"owner_org": "wlt", "title": "x"}),
            ("nx_evaluation_collect", {"year": 2026}),
            ("nx_task_decide", {"id": "4-1", "action": "complete"}),
        ):
            with pytest.raises(tk.NotAuthorized):
                filled.act("auditor", action, **data)

    def test_a_member_of_another_office_is_no_supervisor(self, filled: World):
        model.Session.add(model.User(name="clerk", email="clerk@example.org"))
        model.Session.commit()
        member = {"id": "caizhengting", "username": "clerk", "role": "member"}
        tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, member)
        assert filled.act("clerk", "nx_system_list")["count"] == 0


class TestExports:
    @pytest.mark.parametrize("name", [name for name in export_lists.LISTS if name != export_lists.SAMPLE])
    def test_every_list_is_exported_and_recognised(self, filled: World, name: str):
        made = filled.act("audit", "nx_audit_export", list=name, owner_org="wlt")
        content = base64.b64decode(made["content"])
        assert hashlib.sha256(content).hexdigest() == made["sha256"]
        assert len(content.decode("utf-8-sig").splitlines()) >= made["rows"] + 1
        found = filled.act("auditor", "nx_audit_verify", sha256=made["sha256"].upper())
        entry = found["exports"][-1]
        assert (entry["list"], entry["filter"], entry["user_name"]) == (name, {"owner_org": "wlt"}, "audit")

    def test_the_rows_are_those_of_the_filter_and_no_cell_is_a_formula(self, filled: World):
        made = filled.act("audit", "nx_audit_export", list="systems", owner_org="wlt")
        assert made["rows"] == 2
        text = base64.b64decode(filled.act("audit", "nx_audit_export", list="systems")["content"]).decode("utf-8-sig")
        assert "'=HYPERLINK" in text
        with pytest.raises(tk.ValidationError) as refused:
            filled.act("audit", "nx_audit_export", list="funding", plan="keep")
        assert "plan" in refused.value.error_dict

    def test_a_workbook_says_who_exported_what_and_when(self, filled: World):
        made = filled.act("audit", "nx_audit_export", list="systems", owner_org="wlt", format="xlsx")
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(made["content"])))
        assert book.worksheets[0].max_row == 3
        about = {row[0].value: row[1].value for row in book.worksheets[1].rows}
        assert about["Exported by"] == "audit"
        assert about["Filter"] == "owner_org=wlt"

    def test_a_file_that_was_changed_is_not_recognised(self, filled: World, app: Any):
        made = filled.act("audit", "nx_audit_export", list="systems")
        content = base64.b64decode(made["content"])
        address = "/register/audit/exports"
        for data, known in ((content, True), (content + b" ", False)):
            page = app.post(address, headers=headers("audit"), data={"upload": (io.BytesIO(data), "a.csv")}).body
            assert ("该文件由本平台导出" in page) is known
        assert "64 位" in app.post(address, headers=headers("audit"), data={"sha256": "abc"}).body

    def test_the_page_exports_what_it_lists(self, filled: World, app: Any):
        response = app.post("/register/audit/export", headers=headers("audit"), data={"list": "systems"})
        assert response.headers["X-Content-SHA256"] == hashlib.sha256(response.data).hexdigest()
        assert response.headers["X-Content-SHA256"] in app.get("/register/audit/exports", headers=headers("audit")).body

    def test_the_record_of_exports_cannot_be_changed(self, filled: World):
        filled.act("audit", "nx_audit_export", list="systems")
        for statement in ("UPDATE nx_register_export SET user_name = 'x'", "DELETE FROM nx_register_export"):
            with pytest.raises(DBAPIError, match="append-only"):
                model.Session.execute(sa.text(statement))
            model.Session.rollback()

    @pytest.mark.parametrize("who", ["", "stranger", "wlt-member", "wlt-head"])
    def test_it_is_not_for_departments(self, filled: World, who: str):
        for action, data in (
            ("nx_audit_export", {"list": "systems"}),
            ("nx_audit_export_list", {}),
            ("nx_audit_verify", {"sha256": "0" * 64}),
            ("nx_audit_sample", {"of": "systems", "size": 1}),
        ):
            with pytest.raises(tk.NotAuthorized):
                filled.act(who, action, **data)


class TestSamples:
    def test_the_same_seed_draws_the_same(self, filled: World, app: Any):
        first = filled.act("audit", "nx_audit_sample", of="systems", size=2)
        again = filled.act("auditor", "nx_audit_sample", of="systems", size=2, seed=first["seed"])
        assert first == again
        assert first["population"] == 3
        page = app.get(f"/register/audit/sample?of=systems&size=2&seed={first['seed']}", headers=headers("audit")).body
        assert first["population_sha256"] in page and first["seed"] in page
        chosen = {"of": "systems", "size": "2", "seed": first["seed"]}
        made = filled.act("audit", "nx_audit_export", list="sample", **chosen)
        rows = base64.b64decode(made["content"]).decode("utf-8-sig").splitlines()[1:]
        assert [row.split(",")[1] for row in rows] == [each["id"] for each in first["results"]]
        assert made["filter"] == chosen

    @pytest.mark.parametrize(("field", "value"), [("size", 0), ("size", "多"), ("size", 1001), ("of", "users")])
    def test_what_cannot_be_drawn_is_refused_at_its_field(self, filled: World, field: str, value: Any):
        with pytest.raises(tk.ValidationError) as refused:
            filled.act("audit", "nx_audit_sample", **({"of": "systems", "size": 1} | {field: value}))
        assert field in refused.value.error_dict


class TestFindings:
    def find(self, world: World, **more: Any) -> dict[str, Any]:
        return world.act("audit", "nx_audit_finding_create", **(FOUND | {"owner_org": "wlt"} | more))

    def test_from_the_finding_to_its_end(self, filled: World, on: Any):
        made = self.find(filled, days=5)
        # The 2nd is a Monday: five working days end on the next Monday.
        assert (made["state"], made["due"]) == ("open", "2026-11-09")
        on("2026-11-05")
        replied = filled.act("wlt-editor", "nx_audit_finding_reply", id=made["id"], reply="已补办一个。")
        assert (replied["state"], replied["replied"]) == ("replied", "2026-11-05")
        with pytest.raises(tk.ValidationError):
            filled.act("audit", "nx_audit_finding_decide", id=made["id"], action="return")
        back = filled.act(
            "audit", "nx_audit_finding_decide", id=made["id"], action="return", opinion="还差一个", days=3
        )
        assert (back["state"], back["due"]) == ("open", "2026-11-10")
        filled.act(
            "wlt-editor", "nx_audit_finding_reply", id=made["id"], reply="均已补办。", evidence="宁公网备〔2026〕1号"
        )
        done = filled.act("audit", "nx_audit_finding_decide", id=made["id"], action="close")
        assert (done["state"], done["closed"]) == ("closed", "2026-11-05")
        with pytest.raises(tk.ValidationError):
            filled.act("wlt-editor", "nx_audit_finding_reply", id=made["id"], reply="再说一次")
        actions = [entry["action"] for entry in filled.act("wlt-member", "nx_audit_finding_show", id=made["id"])["log"]]
        assert actions == ["create", "reply", "return", "reply", "close"]

    def test_who_is_late_is_reminded_on_the_day_and_once_after_it(self, filled: World, on: Any):
        made = self.find(filled, days=1, title="逾期的发现")
        counts = []
        for day in ("2026-11-02", "2026-11-03", "2026-11-03", "2026-11-04", "2026-11-05"):
            on(day)
            findings.remind(timezone.today())
            model.Session.commit()
            head = model.User.get("wlt-head")
            assert head is not None
            told = [notice.params for notice in model.Session.query(Notice).filter_by(user_id=head.id, topic="finding")]
            counts.append(sum(each["title"] == "逾期的发现" for each in told))
        assert counts == [1, 2, 2, 3, 3]
        late = filled.act("audit", "nx_audit_finding_list", state="overdue")
        assert made["id"] in {each["id"] for each in late}

    def test_it_is_about_a_record_of_the_unit(self, filled: World):
        system = filled.act("audit", "nx_system_list", owner_org="wlt")["results"][0]
        about = {"subject": "system", "subject_id": system["id"]}
        assert self.find(filled, **about)["subject_id"] == system["id"]
        for wrong in (about | {"owner_org": "tjj"}, {"subject": "system"}, about | {"subject": "dataset"}):
            with pytest.raises(tk.ValidationError):
                self.find(filled, **wrong)

    def test_one_does_not_read_or_answer_anothers(self, filled: World):
        made = self.find(filled, owner_org="tjj")
        for who in ("", "stranger", "wlt-member", "wlt-head"):
            for action, more in (
                ("nx_audit_finding_show", {}),
                ("nx_audit_finding_reply", {"reply": "x"}),
                ("nx_audit_finding_decide", {"action": "close", "opinion": "x"}),
            ):
                with pytest.raises(tk.NotAuthorized):
                    filled.act(who, action, id=made["id"], **more)
        assert made["id"] not in {each["id"] for each in filled.act("wlt-head", "nx_audit_finding_list")}
        for who in ("tjj-member", "office", "finance", "auditor"):
            assert filled.act(who, "nx_audit_finding_show", id=made["id"])["title"] == FOUND["title"]
            with pytest.raises(tk.NotAuthorized):
                filled.act(who, "nx_audit_finding_decide", id=made["id"], action="close", opinion="x")

    def test_the_pages_take_what_is_said(self, filled: World, app: Any):
        audit, editor = headers("audit"), headers("wlt-editor")
        sent = app.post("/register/audit", headers=audit, data=FOUND | {"owner_org": "wlt", "title": "页面上的发现"})
        assert "页面上的发现" in sent.body
        made = next(e for e in filled.act("audit", "nx_audit_finding_list") if e["title"] == "页面上的发现")
        address = f"/register/audit/findings/{made['id']}"
        assert "alert-danger" in app.post(address, headers=editor, data={"reply": ""}).body
        app.post(address, headers=editor, data={"reply": "马上补办"})
        assert "马上补办" in app.get(address, headers=audit).body
        app.post(address, headers=audit, data={"action": "close"})
        assert filled.act("audit", "nx_audit_finding_show", id=made["id"])["state"] == "closed"
        assert app.get(address, headers=headers("tjj-editor"), expect_errors=True).status_code == 403
