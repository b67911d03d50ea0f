"""Systems and projects that were CKAN's datasets become rows of the register's own tables, and back."""

import json
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan

from ckanext.nxopendata.register import log

from .conftest import World

AS_DATASETS = "d7a60c42e9f1"
"""The last revision with systems and projects as datasets."""

SYSTEM: dict[str, Any] = {
    "id": "11111111-aaaa-4bbb-8ccc-000000000001",
    "name": "lv-you-tou-su-xi-tong",
    "title": "旅游投诉系统",
    "notes": "受理旅游投诉。",
    "type": "system",
    "metadata_created": "2025-03-01T08:00:00.123456",
    "metadata_modified": "2025-04-02T09:30:00",
    "extras": {
        "title_translated": json.dumps({"zh": "旅游投诉系统", "en": "Complaints"}, ensure_ascii=False),
        "notes_translated": json.dumps({"zh": "受理旅游投诉。"}, ensure_ascii=False),
        "nx_scope": "全区",
        "nx_frequency": "daily",
        "nx_plan": "keep",
        "nx_state": "active",
        "nx_order": "7",
        "nx_approved": "2015-06",
        "nx_datasets": json.dumps(["jing-qu"]),
        "nx_remark": "[2025]1号",
        "nx_declared_public": "1",
    },
}
PROJECT: dict[str, Any] = {
    "id": "11111111-aaaa-4bbb-8ccc-000000000002",
    "name": "wen-lv-yun",
    "title": "文旅云",
    "notes": None,
    "type": "project",
    "metadata_created": "2025-05-01T08:00:00",
    "metadata_modified": "2025-05-02T08:00:00",
    "extras": {
        "title_translated": json.dumps({"zh": "文旅云"}, ensure_ascii=False),
        "nx_builder": "文旅厅",
        "nx_filing_state": "filed",
        "nx_filing_number": "2025-0003",
        "nx_systems": json.dumps(["旅游投诉系统"], ensure_ascii=False),
    },
}


def migrate(cli: Any, direction: str, version: str) -> None:
    model.Session.remove()  # an open transaction would hold the tables
    result = cli.invoke(ckan, ["db", direction, "-p", "nxopendata_register", "-v", version])
    assert result.exit_code == 0, result.output


def insert_dataset(owner_org: str, entry: dict[str, Any], state: str = "active") -> None:
    """A row as the register stored it with CKAN's ``package_create``: every extra a text."""
    values = entry | {"extras": json.dumps(entry["extras"]), "owner_org": owner_org, "state": state}
    model.Session.execute(
        sa.text(
            "INSERT INTO package (id, name, title, notes, type, state, private, owner_org, creator_user_id,"
            " metadata_created, metadata_modified, extras) VALUES (:id, :name, :title, :notes, :type, :state, true,"
            " :owner_org, 'creator', CAST(:metadata_created AS timestamp), CAST(:metadata_modified AS timestamp),"
            " CAST(:extras AS jsonb))"
        ),
        values,
    )
    model.Session.execute(
        sa.text(
            "INSERT INTO member (id, group_id, table_id, state, table_name, capacity)"
            " VALUES (:member, :owner_org, :id, 'active', 'package', 'organization')"
        ),
        values | {"member": f"member-{entry['id']}"},
    )


def datasets() -> dict[str, dict[str, Any]]:
    """CKAN's rows of systems and projects by id, with what belongs to them."""
    rows = model.Session.execute(
        sa.text(
            "SELECT p.*, (SELECT json_agg(json_build_array(group_id, state, capacity)) FROM member"
            " WHERE table_name = 'package' AND table_id = p.id) AS departments"
            " FROM package AS p WHERE type IN ('system', 'project')"
        )
    )
    return {row["id"]: dict(row) | {"extras": parsed(row["extras"])} for row in rows.mappings()}


def parsed(extras: dict[str, str]) -> dict[str, Any]:
    """Extras with the texts that are JSON read: how it is spaced and ordered says nothing."""
    structured = ("title_translated", "notes_translated", "nx_datasets", "nx_systems")
    return {name: json.loads(value) if name in structured else value for name, value in extras.items()}


class History(NamedTuple):
    """CKAN's rows of systems and projects: as the register left them, after the migration, and after its way back."""

    before: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]
    back: dict[str, dict[str, Any]]


@pytest.fixture
def history(world: World, begin: Any, cli: Any) -> History:
    """Up, down and up again, once: a system and a project with a collaborator each, and a system in CKAN's trash."""

    def fill(world: Any) -> None:
        migrate(cli, "downgrade", AS_DATASETS)
        try:
            _fill(world)
            before = datasets()
            migrate(cli, "upgrade", "head")
            after = datasets()
            migrate(cli, "downgrade", AS_DATASETS)
            world.history = History(before, after, datasets())
        finally:
            migrate(cli, "upgrade", "head")

    return begin("history", fill).history


def _fill(world: World) -> None:
    owner = world.departments["wlt"]
    insert_dataset(owner, SYSTEM)
    insert_dataset(owner, PROJECT)
    insert_dataset(owner, SYSTEM | {"id": "trash", "name": "trash"}, state="deleted")
    editor: Any = model.User.get("wlt-editor")
    for entry in (SYSTEM, PROJECT):
        log.write(entry["type"], entry["id"], owner, "create", "wlt-editor", {"nx_scope": [None, "全区"]})
        collaborator = (
            "INSERT INTO package_member (package_id, user_id, capacity, modified) VALUES (:p, :u, 'editor', now())"
        )
        model.Session.execute(sa.text(collaborator), {"p": entry["id"], "u": editor.id})
    model.Session.commit()


@pytest.mark.usefixtures("history")
class TestUp:
    def test_a_system_keeps_all_its_fields(self, world: World) -> None:
        shown = world.act("wlt-editor", "nx_system_show", id=SYSTEM["id"])
        stored = SYSTEM["extras"] | {
            "title_translated": {"zh": "旅游投诉系统", "en": "Complaints"},
            "notes_translated": {"zh": "受理旅游投诉。"},
            "nx_datasets": ["jing-qu"],
        }
        assert shown == shown | stored
        assert (shown["name"], shown["title"]) == (SYSTEM["name"], SYSTEM["title"])
        assert shown["owner_org"] == world.departments["wlt"]

    def test_a_project_keeps_its_filing(self, world: World) -> None:
        shown = world.act("wlt-editor", "nx_project_show", id=PROJECT["name"])
        assert (shown["nx_filing_state"], shown["nx_filing_number"]) == ("filed", "2025-0003")
        assert shown["nx_systems"] == ["旅游投诉系统"]

    def test_the_times_stay(self, world: World) -> None:
        row = model.Session.execute(sa.text("SELECT created, modified FROM nx_system")).one()
        assert [time.isoformat() for time in row] == [SYSTEM["metadata_created"], SYSTEM["metadata_modified"]]

    def test_the_log_goes_on(self, world: World) -> None:
        world.act("wlt-editor", "nx_system_update", id=SYSTEM["id"], nx_users="12")
        entries = world.act("wlt-editor", "nx_system_log", id=SYSTEM["id"])
        assert [entry["action"] for entry in entries] == ["create", "update"]
        assert entries[1]["changes"] == {"nx_users": [None, "12"]}

    def test_nothing_of_them_is_left_among_the_datasets(self, history: History) -> None:
        assert set(history.after) == {"trash"}
        ids = [SYSTEM["id"], PROJECT["id"]]
        assert model.Session.query(model.Member).filter(model.Member.table_id.in_(ids)).all() == []
        assert model.Session.query(model.PackageMember).filter(model.PackageMember.package_id.in_(ids)).all() == []

    def test_what_was_in_the_trash_does_not_come_back(self, world: World) -> None:
        assert world.act("office", "nx_system_list")["count"] == 1


class TestDownAgain:
    def test_the_datasets_are_as_they_were(self, history: History) -> None:
        editor: Any = model.User.get("wlt-editor")
        creator = {"creator_user_id": editor.id}  # the log tells who it was
        expected = {key: row | creator for key, row in history.before.items() if key != "trash"}
        assert history.back == expected | {"trash": history.before["trash"]}

    def test_a_name_that_a_dataset_took_meanwhile_stays_with_the_dataset(
        self, history: History, world: World, cli: Any
    ) -> None:
        model.Session.add(model.Package(name=SYSTEM["name"], title="新", type="dataset", private=True))
        model.Session.commit()
        migrate(cli, "downgrade", AS_DATASETS)
        try:
            name = datasets()[SYSTEM["id"]]["name"]
        finally:
            migrate(cli, "upgrade", "head")
        assert name == f"{SYSTEM['name']}-11111111"
