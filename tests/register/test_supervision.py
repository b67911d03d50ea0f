"""Clean-up, connection and funds by the people who do it."""

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from .conftest import World


def group_of(world: World, system: dict) -> str:
    lines = world.act("audit", "nx_system_table", number="1", owner_org="wlt")["lines"]
    place = next(number for number, line in enumerate(lines) if system["title"] in line)
    return next(line[0] for line in reversed(lines[:place]) if len(line) == 1)


def test_the_office_decides_and_table_1_follows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = world.system(title="停用的系统", nx_maintenance="stopped", nx_business_link="none")
    contested = world.system(title="冬季才用的系统", nx_frequency="yearly", nx_users="5")
    world.system(title="天天用的系统")
    with pytest.raises(tk.NotAuthorized):
        world.act("wlt-head", "nx_system_propose")
    assert world.act("office", "nx_system_propose")["proposed"] == 2
    assert world.act("office", "nx_system_propose")["proposed"] == 0
    found = {row["system"]: row for row in world.act("wlt-editor", "nx_system_verdict_list")}
    assert [s["sign"] for s in found["停用的系统"]["signs"] if s["met"]] == ["detached", "unmaintained"]

    with pytest.raises(tk.ValidationError, match="until"):
        world.act("office", "nx_system_decide", id=found["停用的系统"]["id"], clear=True)
    world.act("wlt-editor", "nx_system_answer", id=found["停用的系统"]["id"], confirm=True)
    with pytest.raises(tk.ValidationError):
        world.act("wlt-editor", "nx_system_answer", id=found["冬季才用的系统"]["id"], confirm=False)
    reason = "每年冬季清雪调度使用"
    world.act("wlt-editor", "nx_system_answer", id=found["冬季才用的系统"]["id"], confirm=False, reason=reason)
    world.act("office", "nx_system_decide", id=found["停用的系统"]["id"], clear=True)
    world.act("office", "nx_system_decide", id=found["冬季才用的系统"]["id"], clear=False, opinion="同意保留")
    assert group_of(world, dead).startswith("三、")
    assert group_of(world, contested).startswith("一、")
    assert [e["action"] for e in world.act("audit", "nx_system_log", id=dead["id"])] == [
        "create",
        "propose",
        "confirm",
        "clear",
    ]
    # Judged on the same signs, they are left alone; what was never answered may be decided when its time is over.
    assert world.act("office", "nx_system_propose")["proposed"] == 0
    silent = world.system(title="无人答复的系统", nx_maintenance="stopped")
    world.act("office", "nx_system_propose", owner_org="wlt")
    row = next(r for r in world.act("office", "nx_system_verdict_list") if r["system_id"] == silent["id"])
    monkeypatch.setenv("NX_REGISTER_TODAY", "2027-03-01")
    assert world.act("office", "nx_system_decide", id=row["id"], clear=True)["state"] == "cleared"


def test_the_funding_list_and_its_exemptions(world: World) -> None:
    system = world.system(title="未接入的系统", nx_exchange_status="not_connected")
    line = next(row for row in world.act("finance", "nx_system_funding") if row["id"] == system["id"])
    assert (line["state"], line["due"], line["since"]) == ("blocked", "2018-06-30", "2019-01-01")
    with pytest.raises(tk.NotAuthorized):
        world.act("wlt-head", "nx_system_exempt", id=system["id"], reason="请照顾")
    lines = world.act("finance", "nx_system_exempt", id=system["id"], reason="涉密专网", until="2027-12-31")
    assert next(row["state"] for row in lines if row["id"] == system["id"]) == "exempt"
    log = world.act("audit", "nx_system_log", id=system["id"])
    assert log[-1]["changes"] == {"exemption": [None, "涉密专网"], "exempt_until": [None, "2027-12-31"]}
    world.act("wlt-editor", "nx_system_update", id=system["id"], nx_exchange_status="connected")
    assert all(row["id"] != system["id"] for row in world.act("wlt-editor", "nx_system_funding"))


def test_the_board(world: World) -> None:
    with pytest.raises(tk.ValidationError):
        world.act("wlt-editor", "nx_system_connect", owner_org="wlt", platform="extranet", status="connected")
    with pytest.raises(tk.ValidationError):
        world.act("wlt-editor", "nx_system_connect", owner_org="wlt", platform="exchange", status="preparing")
    world.act(
        "wlt-editor", "nx_system_connect", owner_org="wlt", platform="extranet", status="connected", evidence="验收单"
    )
    board = world.act("office", "nx_system_board")
    rows = {row["title"]: row for row in board["rows"]}
    assert rows["文化和旅游厅"]["fields"][0]["state"] == "connected"
    assert rows["统计局"]["fields"][0]["state"] == "overdue"
    assert {"银川市", "宁东能源化工基地"} <= set(rows)
    assert [row["title"] for row in world.act("wlt-editor", "nx_system_board")["rows"]] == ["文化和旅游厅"]


def test_what_was_said_of_a_department_is_kept_but_for_telephones(world: World) -> None:
    said = {"contact_name": "李某", "contact_phone": "0951-7654321"}
    assert world.act("tjj-editor", "nx_system_unit_update", id="tjj", **said)["contact_phone"] == "0951-7654321"
    status = {"platform": "extranet", "status": "preparing"}
    world.act("tjj-editor", "nx_system_connect", owner_org="tjj", **status)
    log = world.act("tjj-member", "nx_system_unit_log", id="tjj")
    assert [(entry["action"], entry["user"]) for entry in log] == [("update", "tjj-editor"), ("connect", "tjj-editor")]
    assert log[0]["changes"]["contact_name"] == ["", "李某"]
    assert "7654321" not in str(log)


def test_datasets_follow_a_merged_system(world: World) -> None:
    for name in ("one", "two"):
        # Past the catalogue's review, which is tested there.
        model.Session.add(model.Package(name=name, type="dataset", owner_org=world.departments["wlt"], private=True))
    model.Session.commit()
    big = world.system(title="大系统", nx_datasets=["one"])
    small = world.system(title="小系统", nx_plan="merge", nx_merged_into="大 系统", nx_datasets=["two"])
    world.act("wlt-head", "nx_system_dispose", id=small["id"], how="merged", note="已并入")
    assert world.act("wlt-editor", "nx_system_show", id=big["id"])["nx_datasets"] == ["one", "two"]
    found = world.act("wlt-editor", "nx_system_integration")[0]
    assert "大系统" in found["kept"]


def test_a_system_feeds_only_datasets_that_its_people_see(world: World) -> None:
    theirs = model.Package(name="theirs", type="dataset", owner_org=world.departments["tjj"], private=True)
    model.Session.add(theirs)
    model.Session.commit()
    other = world.system("tjj", title="别家的系统")
    for wrong in ("no-such-dataset", "theirs", theirs.id, other["name"]):
        with pytest.raises(tk.ValidationError, match="no dataset"):
            world.system(title="引用错误的系统", nx_datasets=[wrong])
