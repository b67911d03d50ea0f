"""The room's conventions: authorisation, migrations, messages, options."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.worker import work

from .catalogues import turtle

ROOM = Path(__file__).parents[2] / "ckanext-nxopendata" / "ckanext" / "nxopendata" / "harvest"


def test_every_action_has_its_authorisation_and_says_what_it_does():
    from ckanext.nxopendata.core import wiring
    from ckanext.nxopendata.harvest.plugin import SUBJECTS

    actions = wiring.actions(SUBJECTS)()
    assert actions.keys() == wiring.auth_functions(SUBJECTS)().keys()
    assert all(action.__doc__ for action in actions.values())


def test_every_code_has_its_sentence():
    from ckanext.nxopendata.harvest.messages import MESSAGES

    pattern = r'(?:(?<!Mapping)Error|Problem|\.add_issue|\.refuse|report)\(\s*(?:record, )?"([a-z]+(?:_[a-z]+)+)"'
    used = {code for path in ROOM.rglob("*.py") for code in re.findall(pattern, path.read_text(encoding="utf-8"))}
    assert len(used) > 30
    assert used - MESSAGES.keys() == set()


def test_every_option_is_read_and_every_option_read_is_declared():
    declared = set(re.findall(r"harvest\.(\w+)$", (ROOM / "config_declaration.yaml").read_text(), re.MULTILINE))
    read = set(re.findall(r'(?:_number\(|PREFIX \+ )"(\w+)"', (ROOM / "config.py").read_text()))
    assert declared == read


@pytest.mark.usefixtures("with_plugins", "tables")
class TestTables:
    def test_the_migration_makes_what_the_models_say_and_takes_it_away_again(self, migrate_db_for):
        from ckan import model

        from ckanext.nxopendata.harvest.models import BaseModel

        tables = [table for name, table in BaseModel.metadata.tables.items() if name.startswith("nx_harvest_")]
        found = sa.inspect(model.meta.engine)
        for table in tables:
            columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert columns == {column.name: column.nullable for column in table.columns}, table.name
        migrate_db_for("nxopendata_harvest", "base", forward=False)
        left = [name for name in sa.inspect(model.meta.engine).get_table_names() if name.startswith("nx_harvest_")]
        migrate_db_for("nxopendata_harvest")
        assert left == []
        assert sa.inspect(model.meta.engine).has_table("nx_harvest_source")


@pytest.mark.usefixtures("with_plugins", "tables")
class TestAuthorisation:
    @pytest.fixture
    def run(self, web, harvest):
        return harvest(web.put("/1", turtle(1)))

    def as_user(self, name, action, **data):
        from ckan.tests import helpers

        return helpers.call_auth(action, {"user": name, "model": __import__("ckan.model").model}, **data)

    def test_a_run_asked_for_over_http_is_handed_to_the_workers(self, run, app):
        from ckan.tests import factories

        asked = {"headers": {"Authorization": factories.SysadminWithToken()["token"]}}
        path = "/api/3/action/nx_harvest_run_create"
        begun = app.post(path, json={"source_id": "test"}, **asked).json["result"]
        assert begun["state"] == "pending"
        work()
        assert app.get(f"/api/3/action/nx_harvest_run_show?id={begun['id']}", **asked).json["result"]["state"] == "done"
        waited = app.post(path, json={"source_id": "test", "queue": False}, **asked).json["result"]
        assert waited["state"] == "done"
        undoing = app.post("/api/3/action/nx_harvest_run_undo", json={"id": run["id"]}, **asked).json["result"]
        assert undoing["state"] == "undoing"
        work()
        assert app.get(f"/api/3/action/nx_harvest_run_show?id={run['id']}", **asked).json["result"]["state"] == "undone"

    @pytest.mark.parametrize(
        ("given", "status", "told"),
        [
            ({"source_id": "test", "queue": "maybe"}, 409, "queue"),
            ({"source_id": ["test"]}, 409, "source_id"),
            ({"source_id": "te\x00st"}, 409, "source_id"),
            ({}, 409, "source_id"),
        ],
    )
    def test_what_makes_no_sense_is_told_and_begins_nothing(self, run, app, call, given, status, told):
        from ckan.tests import factories

        headers = {"Authorization": factories.SysadminWithToken()["token"]}
        answer = app.post("/api/3/action/nx_harvest_run_create", json=given, headers=headers, status=status)
        assert told in answer.json["error"]
        assert len(call("nx_harvest_run_list", source_id="test")) == 1

    def test_visitors_and_strangers_see_nothing(self, run):
        from ckan.plugins import toolkit as tk
        from ckan.tests import factories

        for user in ("", factories.User()["name"]):
            for action, key in (("nx_harvest_run_show", "id"), ("nx_harvest_problem_list", "run_id")):
                with pytest.raises(tk.NotAuthorized):
                    self.as_user(user, action, **{key: run["id"]})
            with pytest.raises(tk.NotAuthorized):
                self.as_user(user, "nx_harvest_source_show", id="test")

    def test_editors_of_the_department_see_and_run_but_do_not_configure(self, run, department, call):
        from ckan.plugins import toolkit as tk
        from ckan.tests import factories

        editor = factories.User()["name"]
        call("organization_member_create", id=department["id"], username=editor, role="editor")
        assert self.as_user(editor, "nx_harvest_run_show", id=run["id"])
        assert self.as_user(editor, "nx_harvest_run_create", source_id="test")
        for action in ("nx_harvest_source_create", "nx_harvest_source_update", "nx_harvest_source_delete"):
            with pytest.raises(tk.NotAuthorized):
                self.as_user(editor, action, id="test")
