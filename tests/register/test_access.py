"""Nobody of one department reads or changes another's rows: every action and page as every role, and CKAN's own ways.

An action or a page of the register without a row here fails; a row says who may have it.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from ckan import logic, model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from ckan.tests import helpers
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.core import wiring
from ckanext.nxopendata.register import plugin
from ckanext.nxopendata.register.cleanup.models import Verdict
from ckanext.nxopendata.register.models import Entry
from ckanext.nxopendata.register.official_tables.models import Import

from .conftest import World

SECRET = "绝密功能词汇"
PHONE = "0951-1234567"
OUTSIDERS = ("", "stranger", "wlt-member", "wlt-editor", "wlt-head")
"""Who must not touch what belongs to ``tjj``."""
SUPERVISORS = ("audit", "development", "finance", "general_office", "office")
OWN = ("tjj-member", "tjj-editor", "tjj-head")
PEOPLE = (*OUTSIDERS, *OWN, *SUPERVISORS)

# Who may have an action that is aimed at what belongs to tjj.
READERS = frozenset({*OWN, *SUPERVISORS})
EDITORS = frozenset({"tjj-editor", "tjj-head"})
HEAD = frozenset({"tjj-head"})
OFFICE = frozenset({"office"})
SUPERVISORS_ALONE = frozenset(SUPERVISORS)
COLLEAGUES = frozenset({"wlt-member", "wlt-editor", "wlt-head"}) | READERS
"""Everybody of a department or an office: what they get holds only what each may see."""
SIGNED_IN = COLLEAGUES | {"stranger"}
EVERYBODY = SIGNED_IN | {""}


class Row(NamedTuple):
    """What an action is given, and who may have it."""

    data: dict[str, Any]
    allowed: frozenset[str]


@pytest.fixture
def rows(world: World, begin: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What ``tjj`` has that is nobody's business: ids by kind. It has the same departments as ``world``."""
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-11-02")

    def fill(world: Any) -> None:
        system = world.system(
            "tjj", title="统计内部系统", notes=SECRET, nx_maintenance="stopped", nx_exchange_status="preparing"
        )
        project = world.act("tjj-editor", "nx_project_create", owner_org="tjj", title="统计内部项目", nx_builder=SECRET)
        world.act("office", "nx_system_propose", owner_org="tjj")
        content = base64.b64encode(f"名称,功能,使用范围,使用频度\n乙系统,{SECRET},全区,每日\n".encode()).decode()
        made = world.act("tjj-editor", "nx_system_import_preview", owner_org="tjj", content=content, file_name="a.csv")
        world.act("tjj-editor", "nx_system_unit_update", id="tjj", contact_name="统计联系人", contact_phone=PHONE)
        world.act("office", "nx_report_remind")
        report = world.act("office", "nx_report_list", owner_org="tjj", kind="monthly")[0]
        world.act("tjj-editor", "nx_report_update", id=report["id"], progress=SECRET, phone=PHONE)
        world.act("tjj-editor", "nx_task_progress_update", id="1-1", owner_org="tjj", percent="5", text=SECRET)
        world.act("office", "nx_evaluation_collect", year=2026)
        world.act("office", "nx_evaluation_send", year=2026)
        evaluation = world.act("office", "nx_evaluation_list", owner_org="tjj")[0]
        world.act("tjj-head", "nx_evaluation_answer", id=evaluation["id"], confirm=False, objection=SECRET)
        finding = world.act("audit", "nx_audit_finding_create", owner_org="tjj", title=SECRET, text=SECRET)
        upload = FileStorage(io.BytesIO(SECRET.encode()), f"{SECRET}.pdf")
        attached = world.act(
            "tjj-editor", "nx_register_attachment_create", subject="project", subject_id=project["id"], upload=upload
        )
        step = {"task": "1-1", "owner_org": "tjj", "title": SECRET, "due": "2026-12-01"}
        notice = {"kind": "supervision", "owner_org": "tjj", "text": SECRET, "due": "2026-12-01"}
        world.secret_rows = {
            "step": world.act("tjj-editor", "nx_task_step_create", **step)["id"],
            "notice": world.act("office", "nx_supervision_notice_create", **notice)["id"],
            "evaluation": evaluation["id"],
            "finding": finding["id"],
            "system": system["id"],
            "system_name": system["name"],
            "project": project["id"],
            "project_name": project["name"],
            "verdict": model.Session.query(Verdict).filter_by(system_id=system["id"]).one().id,
            "import": made["id"],
            "attachment": attached["id"],
            "report": report["id"],
            "owner": world.departments["tjj"],
        }

    return begin("secret_rows", fill).secret_rows


def matrix(rows: dict[str, str]) -> dict[str, Row]:
    """Every action of the register, aimed at what belongs to ``tjj``."""
    system, project, owner = {"id": rows["system"]}, {"id": rows["project"]}, {"owner_org": rows["owner"]}
    unit, verdict, report = {"id": rows["owner"]}, {"id": rows["verdict"]}, {"id": rows["report"]}
    import_ = {"id": rows["import"]}
    task, evaluation, finding = {"id": "1-1"}, {"id": rows["evaluation"]}, {"id": rows["finding"]}
    year = {"year": 2026}
    new = {"title": "x", "notes": "x", "nx_scope": "x", "nx_frequency": "daily", "nx_plan": "keep"}
    return {
        "nx_system_list": Row(owner, EVERYBODY),
        "nx_system_show": Row(system, READERS),
        "nx_system_log": Row(system, READERS),
        "nx_system_check": Row(system, READERS),
        "nx_system_create": Row(owner | new, EDITORS),
        "nx_system_update": Row(system | {"nx_users": "1"}, EDITORS),
        "nx_system_dispose": Row(system | {"how": "disposed", "note": "x"}, HEAD),
        "nx_system_propose": Row(owner, OFFICE),
        "nx_system_answer": Row(verdict | {"confirm": True}, EDITORS),
        "nx_system_decide": Row(verdict | {"clear": True, "opinion": "x"}, OFFICE),
        "nx_system_exempt": Row(system | {"reason": "x"}, frozenset({"office", "finance"})),
        "nx_system_connect": Row(owner | {"platform": "extranet", "status": "preparing"}, EDITORS | OFFICE),
        "nx_system_verdict_list": Row(owner, READERS),
        "nx_system_board": Row(owner, READERS),
        "nx_system_funding": Row(owner, READERS),
        "nx_system_integration": Row(owner, READERS),
        "nx_system_table": Row(owner | {"number": "1"}, READERS),
        "nx_system_unit_show": Row(unit, READERS),
        "nx_system_unit_log": Row(unit, READERS),
        "nx_system_unit_update": Row(unit | {"contact_name": "x"}, EDITORS | OFFICE | {"development"}),
        "nx_system_import_preview": Row(owner | {"content": "YQ==", "file_name": "a.csv"}, EDITORS),
        "nx_system_import_show": Row(import_, EDITORS),
        "nx_system_import_answer": Row(import_ | {"answers": {}}, EDITORS),
        # Who made the preview applies it: the checks were made with their rights.
        "nx_system_import_apply": Row(import_, frozenset({"tjj-editor"})),
        "nx_project_list": Row(owner, SIGNED_IN),
        "nx_project_show": Row(project, READERS),
        "nx_project_log": Row(project, READERS),
        "nx_project_create": Row(owner | {"title": "x", "nx_builder": "x"}, EDITORS),
        "nx_project_update": Row(project | {"nx_builder": "x"}, EDITORS),
        # Readers come in; which step is whose, ``test_steps_of_a_filing`` says.
        "nx_project_decide": Row(project | {"action": "submit"}, READERS),
        "nx_project_sign": Row(project | {"verdict": "agree"}, frozenset({"development", "finance"})),
        "nx_register_attachment_create": Row({"subject": "project", "subject_id": rows["project"]}, EDITORS),
        "nx_register_attachment_show": Row({"id": rows["attachment"]}, READERS),
        "nx_task_list": Row(owner, COLLEAGUES),
        "nx_task_show": Row(task, COLLEAGUES),
        "nx_task_progress_update": Row(task | owner | {"percent": "9", "text": "x"}, EDITORS),
        "nx_task_decide": Row(task | {"action": "complete"}, OFFICE),
        "nx_task_add": Row({"title": "x", "lead": "统计局", "opinion": "x"}, OFFICE),
        "nx_task_amend": Row(task | {"due": "2027-01-01", "opinion": "x"}, OFFICE),
        "nx_task_split": Row(task | {"title": "x", "lead": "统计局", "opinion": "x"}, OFFICE),
        "nx_task_step_create": Row(owner | {"task": "1-1", "title": "x", "due": "2026-12-01"}, EDITORS),
        "nx_task_step_update": Row({"id": rows["step"], "done": "2026-11-01"}, EDITORS),
        "nx_supervision_notice_list": Row({}, COLLEAGUES),
        "nx_supervision_notice_create": Row(
            owner | {"kind": "supervision", "text": "x", "due": "2026-12-01"}, frozenset({"office", "general_office"})
        ),
        "nx_supervision_notice_reply": Row({"id": rows["notice"], "reply": "x"}, EDITORS),
        "nx_supervision_notice_end": Row(
            {"id": rows["notice"], "action": "close", "opinion": "x"}, frozenset({"office", "general_office"})
        ),
        "nx_dispatch_list": Row({}, SUPERVISORS_ALONE),
        "nx_dispatch_create": Row(
            {"kind": "other", "recipient": "x", "sent": "2026-11-01"}, frozenset({"office", "development"})
        ),
        "nx_report_list": Row(owner, COLLEAGUES),
        "nx_report_show": Row(report, READERS),
        "nx_report_update": Row(report | {"progress": "x"}, EDITORS),
        "nx_report_submit": Row(report, HEAD),
        "nx_report_return": Row(report | {"reason": "x"}, OFFICE),
        "nx_report_summary": Row({"kind": "monthly", "period": "2026-10"}, SUPERVISORS_ALONE),
        "nx_report_remind": Row({}, OFFICE),
        "nx_evaluation_list": Row(owner, EVERYBODY),
        "nx_evaluation_show": Row(evaluation, READERS),
        "nx_evaluation_report": Row(year, SUPERVISORS_ALONE),
        "nx_evaluation_collect": Row(year, OFFICE),
        "nx_evaluation_update": Row(evaluation | {"advice": "x"}, OFFICE),
        "nx_evaluation_send": Row(year, OFFICE),
        "nx_evaluation_answer": Row(evaluation | {"confirm": True}, HEAD),
        "nx_evaluation_reply": Row(evaluation | {"accepted": True, "reply": "x"}, OFFICE),
        "nx_evaluation_publish": Row(year, OFFICE),
        "nx_audit_export": Row(owner | {"list": "reports"}, SUPERVISORS_ALONE),
        "nx_audit_export_list": Row({}, SUPERVISORS_ALONE),
        "nx_audit_verify": Row({"sha256": "0" * 64}, SUPERVISORS_ALONE),
        "nx_audit_sample": Row(owner | {"of": "systems", "size": "1"}, SUPERVISORS_ALONE),
        "nx_audit_finding_list": Row(owner, COLLEAGUES),
        "nx_audit_finding_show": Row(finding, READERS),
        "nx_audit_finding_create": Row(owner | {"title": "x", "text": "x"}, frozenset({"audit"})),
        "nx_audit_finding_reply": Row(finding | {"reply": "x"}, EDITORS),
        "nx_audit_finding_decide": Row(finding | {"action": "close", "opinion": "x"}, frozenset({"audit"})),
        "nx_register_dashboard": Row({}, COLLEAGUES),
    }


def words(rows: dict[str, str]) -> tuple[str, ...]:
    """What must not be told."""
    return (SECRET, PHONE, "统计内部", "统计联系人", rows["system"], rows["project"])


def told(found: Any, rows: dict[str, str]) -> list[str]:
    """Which of the words are told."""
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)
    return [word for word in words(rows) if word in text]


def test_no_action_is_forgotten(rows: dict[str, str]) -> None:
    ours = {name for name in wiring.actions(plugin.SUBJECTS)() if name.startswith("nx_")}
    assert ours == set(matrix(rows)), "every action of the register needs a row in the matrix of this file"


def test_each_action_as_each_role(world: World, rows: dict[str, str]) -> None:
    before = snapshot(world, rows)
    for name, (data, allowed) in matrix(rows).items():
        assert {who for who in PEOPLE if _may(who, name, data)} == allowed, name
        for who in PEOPLE:
            if who not in allowed:
                with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
                    world.act(who, name, **data)
            elif getattr(tk.get_action(name), "side_effect_free", False):
                found = world.act(who, name, **data)
                if who in OUTSIDERS:
                    assert not told(found, rows), (who, name)
    assert snapshot(world, rows) == before


def _may(who: str, name: str, data: dict[str, Any]) -> bool:
    user = model.User.get(who) if who else None
    context: Any = {"user": who, "auth_user_obj": user}
    try:
        return tk.check_access(name, context, dict(data))
    except tk.NotAuthorized:
        return False


def test_steps_of_a_filing(world: World, rows: dict[str, str]) -> None:
    before = snapshot(world, rows)
    for who in ("tjj-member", *SUPERVISORS):
        for step in ("submit", "file", "return", "refuse"):
            with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
                world.act(who, "nx_project_decide", id=rows["project"], action=step, opinion="x")
    assert snapshot(world, rows) == before


def snapshot(world: World, rows: dict[str, str]) -> Any:
    """All that could have been changed; whatever the register writes makes the log grow."""
    model.Session.expire_all()
    return (
        world.act("tjj-editor", "nx_system_show", id=rows["system"]),
        world.act("tjj-editor", "nx_project_show", id=rows["project"]),
        world.act("tjj-editor", "nx_system_unit_show", id="tjj"),
        model.Session.get_one(Verdict, rows["verdict"]).state,
        model.Session.get_one(Import, rows["import"]).state,
        model.Session.query(Import).count(),
        model.Session.query(Entry).count(),
    )


def pages(rows: dict[str, str]) -> dict[str, dict[str, str]]:
    """Endpoint of every page of the register -> what stands in its address, aimed at what belongs to ``tjj``."""
    system, project, owner = {"id": rows["system_name"]}, {"id": rows["project_name"]}, {"owner_org": "tjj"}
    import_, verdict, number = {"identifier": rows["import"]}, {"identifier": rows["verdict"]}, {"number": "1"}
    round_ = {"kind": "monthly", "period": "2026-10"}
    return {
        "nx_register.systems": owner,
        "nx_register.system": system,
        "nx_register.system_edit": system,
        "nx_register.system_new": owner,
        "nx_register.system_dispose": system,
        "nx_register_projects.projects": owner,
        "nx_register_projects.project": project,
        "nx_register_attachments.show": {"id": rows["attachment"]},
        "nx_register_attachments.add": {"subject": "project", "id": rows["project_name"]},
        "nx_register_projects.project_edit": project,
        "nx_register_projects.project_new": owner,
        "nx_system.moved_list": {},
        "nx_system.moved": system,
        "nx_project.moved_list": {},
        "nx_project.moved": project,
        "nx_register_tables.index": owner,
        "nx_register_tables.table": owner | number,
        "nx_register_tables.download": owner | number | {"kind": "csv"},
        "nx_register_tables.unit": owner,
        "nx_register_tables.bring": owner,
        "nx_register_tables.show_import": import_,
        "nx_register_tables.marked": import_,
        "nx_register_cleanup.verdicts": owner,
        "nx_register_cleanup.propose": owner,
        "nx_register_cleanup.answer": verdict,
        "nx_register_cleanup.decide": verdict,
        "nx_register_connection.board": owner,
        "nx_register_funding.funding_list": owner,
        "nx_register_funding.funding_csv": owner,
        "nx_register_integration.merging": owner,
        "nx_register_reports.tasks": owner,
        "nx_register_reports.task": {"id": "1-1"},
        "nx_register_reports.index": owner,
        "nx_register_reports.show": {"id": rows["report"]},
        "nx_register_reports.summary": round_,
        "nx_register_reports.summary_file": round_ | {"form": "csv"},
        "nx_register_evaluation.index": {},
        "nx_register_evaluation.report": {"year": "2026"},
        "nx_register_evaluation.report_file": {"year": "2026", "form": "csv"},
        "nx_register_evaluation.show": {"id": rows["evaluation"]},
        "nx_register_audit.index": owner,
        "nx_register_audit.finding": {"id": rows["finding"]},
        "nx_register_audit.sample": owner | {"of": "systems", "size": "1"},
        "nx_register_audit.exports": {},
        "nx_register_audit.export": {},
        "nx_register_dashboard.overview": {},
        "nx_register_ledger.task_add": {},
        "nx_register_ledger.task_change": {"id": "1-1"},
        "nx_register_ledger.step_add": {"id": "1-1"},
        "nx_register_ledger.step_done": {"id": "1-1", "step": rows["step"]},
        "nx_register_ledger.notice_list": {},
        "nx_register_ledger.notice_step": {"id": rows["notice"]},
        "nx_register_ledger.dispatch_list": {},
    }


FORM = {
    "owner_org": "tjj",
    "id": "@system",
    "title": "x",
    "notes": "x",
    "nx_scope": "x",
    "nx_frequency": "daily",
    "nx_plan": "keep",
    "nx_builder": "x",
    "how": "disposed",
    "note": "x",
    "confirm": "1",
    "clear": "1",
    "opinion": "x",
    "reason": "x",
    "platform": "extranet",
    "status": "preparing",
    "contact_name": "x",
    "percent": "9",
    "text": "x",
    "progress": "x",
    "filler": "x",
    "phone": "x",
    "submit": "1",
    "step": "apply",
    "action": "submit",
}
"""What every form of the register might be sent, all at once."""


def _rules(app: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """Endpoint and methods of every page of the register."""
    names = tuple(f"{blueprint.name}." for blueprint in wiring.blueprints(plugin.SUBJECTS)())
    for rule in app.flask_app.url_map.iter_rules():
        if rule.endpoint.startswith(names):
            yield rule.endpoint, frozenset(rule.methods or ()) & {"GET", "POST"}


def test_no_page_is_forgotten(rows: dict[str, str], app: Any) -> None:
    assert {endpoint for endpoint, _ in _rules(app)} == set(pages(rows))


def test_each_page_as_each_outsider(world: World, rows: dict[str, str], app: Any) -> None:
    before = snapshot(world, rows)
    form = FORM | {"id": rows["system"]}
    for who in OUTSIDERS:
        headers = _token(who) if who else {}
        for endpoint, methods in _rules(app):
            with app.flask_app.test_request_context():
                address = tk.url_for(endpoint, **pages(rows)[endpoint])
            for method in methods:
                send = app.get if method == "GET" else app.post
                more = {"data": form} if method == "POST" else {}
                response = send(address, headers=headers, follow_redirects=False, **more)
                assert response.status_code < 500, (who, method, address)
                # What the sender wrote may come back; nothing else of tjj's.
                sent = {form["id"]} if method == "POST" else set()
                found = told(response.get_data().decode(errors="replace"), rows)
                assert not set(found) - sent, (who, method, address)
    assert snapshot(world, rows) == before


def _token(who: str) -> dict[str, str]:
    made = helpers.call_action("api_token_create", {"ignore_auth": True}, user=who, name="t")
    return {"Authorization": made["token"]}


def test_no_reading_action_of_the_whole_site_tells_of_it(world: World, rows: dict[str, str]) -> None:
    """CKAN's, its extensions' and every room's, with whatever leads to the department or its rows."""
    tk.get_action("status_show")  # CKAN finds its actions at the first call
    reading = [name for name, action in logic._actions.items() if getattr(action, "side_effect_free", False)]
    assert len(reading) > 100
    aims = (
        {},
        {"id": rows["system"]},
        {"id": rows["project_name"]},
        {"id": "tjj"},
        {"q": "统计"},
        {"id": "tjj-editor"},
    )
    leaks = []
    for name in reading:
        for aim in aims:
            for who in ("", "wlt-head"):
                try:
                    found = world.act(who, name, **(aim | {"include_datasets": True, "include_private": True}))
                except Exception:
                    model.Session.rollback()
                    continue
                # The question may be repeated: an id that was asked for is no news.
                if set(told(found, rows)) - {aim.get("id")}:
                    leaks.append((who, name, aim))
    assert leaks == []


def test_supervisors_read(world: World, rows: dict[str, str]) -> None:
    for who in SUPERVISORS:
        assert world.act(who, "nx_system_show", id=rows["system"])["notes_translated"]["zh"] == SECRET
        assert world.act(who, "nx_project_show", id=rows["project"])["nx_builder"] == SECRET
        assert any(SECRET in line for line in world.act(who, "nx_system_table", number="1", owner_org="tjj")["lines"])


CKANS_OWN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("package_update", {"private": False, "title": "x"}),
    ("package_patch", {"private": False}),
    ("package_delete", {}),
    ("dataset_purge", {}),
    ("resource_create", {"package_id": "@", "url": "http://example.org/x"}),
    ("package_owner_org_update", {"organization_id": "wlt"}),
    ("package_collaborator_create", {"user_id": "stranger", "capacity": "editor"}),
    ("bulk_update_public", {"datasets": ["@"], "org_id": "tjj"}),
    ("nx_review_submit", {}),
    ("bulk_update_delete", {"datasets": ["@"], "org_id": "tjj"}),
)


REFUSALS = (tk.NotAuthorized, tk.ValidationError, tk.ObjectNotFound, AssertionError)
"""CKAN asserts, and does not ask, that the dataset of a collaborator is there."""


def test_ckans_own_ways_of_writing_are_closed_for_everybody(world: World, rows: dict[str, str]) -> None:
    before = snapshot(world, rows)
    root = model.User(name="root", sysadmin=True)
    model.Session.add(root)
    model.Session.commit()
    for kind in ("system", "project"):
        for name, more in CKANS_OWN:
            data = {"id": rows[kind]} | more
            data = {k: rows[kind] if v == "@" else [rows[kind]] if v == ["@"] else v for k, v in data.items()}
            for who in (*OUTSIDERS, "tjj-editor", "tjj-head", "root"):
                with pytest.raises(REFUSALS):
                    world.act(who, name, **data)
        with pytest.raises(tk.ValidationError):
            world.act("root", "package_create", type=kind, title="x", name=f"x-{kind}", owner_org="tjj")
    assert snapshot(world, rows) == before


def test_nothing_of_it_is_found_anywhere_public(world: World, rows: dict[str, str], app) -> None:
    """Also after the whole index was made anew, and with a system that is declared public."""
    shown = world.system("tjj", title="公开的统计系统", notes="公开的功能", nx_declared_public="1", nx_funding=SECRET)
    search.rebuild(force=True)
    words = (SECRET, "统计内部", "公开的统计", rows["system"], rows["project"], shown["id"])
    for who in (*OUTSIDERS, "tjj-member"):
        for query in ({"q": "*:*"}, {"q": "统计"}, {"fq": "dataset_type:system"}, {"fq": f"id:{rows['system']}"}):
            found = world.act(who, "package_search", include_private=True, include_drafts=True, rows=100, **query)
            assert found["count"] == 0, (who, query)
    for name in ("package_list", "current_package_list_with_resources"):
        assert not helpers.call_action(name)
    assert not helpers.call_action("package_autocomplete", q="统计")
    assert helpers.call_action("nx_portal_figures")["datasets"] == 0
    owner = helpers.call_action("organization_show", id="tjj", include_datasets=True, include_dataset_count=True)
    assert (owner["package_count"], owner["packages"]) == (0, [])
    for address in (
        "/",
        "/dataset/",
        "/dataset/?q=统计",
        "/organization/tjj",
        "/feeds/dataset.atom",
        "/feeds/organization/tjj.atom",
        "/catalog.ttl",
        "/catalog.jsonld",
        "/bulk/catalogue.csv",
        "/bulk/catalogue.jsonl",
        "/statistics",
        "/lists/open",
        "/lists/not_open.csv",
        "/robots.txt",
        "/sitemap.xml",
        "/organization/activity/tjj",
    ):
        body = app.get(address, expect_errors=True).body
        assert not any(word in body for word in words), address
    for kind in ("system", "project"):
        for address in (
            f"/register/{kind}s/{rows[kind]}",
            f"/register/{kind}s/{rows[kind]}/edit",
            f"/api/3/action/package_show?id={rows[kind]}",
            f"/api/3/action/nx_{kind}_show?id={rows[kind]}",
            f"/dataset/{rows[kind]}",
            f"/dataset/{rows[kind]}.ttl",
            f"/dataset/activity/{rows[kind]}",
        ):
            response = app.get(address, expect_errors=True)
            assert SECRET not in response.body and "统计内部" not in response.body, address
    for address in ("/register/tables/1", "/register/tables/1.xlsx", "/register/funding", "/register/connection"):
        response = app.get(f"{address}?owner_org=tjj", expect_errors=True)
        assert SECRET not in response.body and "统计内部" not in response.body, address
    # The public face of the public one, and no more of it.
    page = app.get(f"/register/systems/{shown['name']}").body
    assert "公开的功能" in page and SECRET not in page
    face = world.act("", "nx_system_show", id=shown["id"])
    assert set(face) == {"name", "title", "department", "function", "scope", "demonstration"}
