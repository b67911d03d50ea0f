"""What decides who may do what is not the sender's to write: no action takes such a column because somebody sent it.

Tried are all columns of the tables of accounts, datasets, files and departments, as the database lists them, with every
writing action of their kind.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from . import ways
from .site import Site

OWN = {
    "user": {"name", "fullname", "email", "password", "about", "image_url", "activity_streams_email_notifications"},
    "package": {
        "name",
        "title",
        "notes",
        "url",
        "version",
        "author",
        "author_email",
        "maintainer",
        "maintainer_email",
        "license_id",
        "metadata_modified",
        "extras",
        "state",
    },
    "resource": {
        "url",
        "format",
        "description",
        "name",
        "mimetype",
        "mimetype_inner",
        "size",
        "hash",
        "created",
        "last_modified",
        "metadata_modified",
        "url_type",
        "resource_type",
        "cache_url",
        "cache_last_updated",
        "extras",
        "position",
    },
    "group": {"name", "title", "description", "image_url", "extras"},
}
"""Table -> columns that those who keep a thing write themselves, or that follow from what they wrote.

A draft is deleted by its department; what review allows with one that was published, ``test_review.py`` tries.
"""

WRITING = ("create", "update", "patch", "revise")
TABLES: dict[str, Any] = {
    "user": model.User,
    "package": model.Package,
    "resource": model.Resource,
    "group": model.Group,
}


def forged(column: sa.Column[Any], other: str) -> Any:
    """A value for a column that would help whoever sends it."""
    if isinstance(column.type, sa.Boolean):
        return True
    if isinstance(column.type, sa.DateTime):
        return dt.datetime(2030, 1, 1).isoformat()  # noqa: DTZ001  a text that the form would hold
    if isinstance(column.type, sa.Integer | sa.BigInteger):
        return 7
    if "ext" in type(column.type).__name__ or isinstance(column.type, sa.String | sa.Text):
        return {"state": "pending", "type": "harvest", "approval_status": "denied"}.get(column.name, other)
    return {"x": "y"}


@pytest.fixture
def things(people: Site) -> dict[str, str]:
    """Table -> id of a thing that the editor or the head keeps."""
    kept: Any = people
    if not hasattr(kept, "things"):
        files = [{"name": "x", "url": "http://example.org/x.csv", "format": "CSV"}]
        dataset = people.create("景区名录", name="scenic", resources=files)
        user = model.User.get("head")
        assert user
        kept.things = {"user": user.id, "package": dataset["id"], "resource": dataset["resources"][0]["id"]}
        kept.things["group"] = people.department
        kept.other = people.create("公园名录", name="parks")["id"]
    return kept.things


def row(table: str, identifier: str) -> dict[str, Any]:
    model.Session.expire_all()
    columns = TABLES[table].__table__.columns
    found = model.Session.execute(sa.select(*columns).where(columns.id == identifier)).mappings().one()
    return dict(found)


def actions_of(table: str) -> list[str]:
    prefixes = ("organization_", "group_") if table == "group" else (f"{table}_",)
    names = [way.name for way in ways.actions() if not way.reads]
    return [name for name in names if name.startswith(prefixes) and name.endswith(WRITING)]


@pytest.mark.parametrize("table", TABLES)
def test_no_writing_action_takes_a_column_that_is_not_the_senders(
    people: Site, things: dict[str, str], table: str
) -> None:
    kept: Any = people
    identifier, taken, tried = things[table], [], 0
    columns = [column for column in TABLES[table].__table__.columns if column.name not in OWN[table]]
    assert columns
    before = row(table, identifier)
    for name in actions_of(table):
        for column in columns:
            if column.name == "id":
                continue
            value = forged(column, kept.other)
            data: dict[str, Any] = {"id": identifier, column.name: value}
            shown = _show(people, table, identifier)
            for sent in (data, {**shown, **data}, {"match": {"id": identifier}, "update": {column.name: value}}):
                try:
                    people.act("head", name, **sent)
                except Exception:  # refused; what is no refusal, the tests of internal errors look for
                    model.Session.rollback()
                tried += 1
                after = row(table, identifier)
                if changed := {key for key in after if after[key] != before[key]} - OWN[table]:
                    taken.append(f"{name} {column.name}: {[(key, before[key], after[key]) for key in changed]}")
                    before = after
    assert not taken, "\n".join(taken)
    assert tried > 10


def _show(people: Site, table: str, identifier: str) -> dict[str, Any]:
    shown = "organization_show" if table == "group" else f"{table}_show"
    return people.act("head", shown, id=identifier)


def test_nobody_makes_themselves_or_others_an_administrator(answers: Any, people: Site, things: dict[str, str]) -> None:
    client = answers.flask_app.test_client()
    forged_user = {"name": "new", "email": "new@example.org", "password": "Mima-2026-nx", "sysadmin": True}
    client.post("/api/3/action/user_create", json=forged_user)
    client.post("/user/register", data={**forged_user, "password1": "Mima-2026-nx", "password2": "Mima-2026-nx"})
    for who in ("editor", "head", "office"):
        for name in ("user_patch", "user_update", "user_create"):
            data = {"id": who, "email": f"{who}@example.org", "sysadmin": True, "name": who}
            client.post(f"/api/3/action/{name}", json=data, headers=people.headers(who))
    model.Session.expire_all()
    administrators = model.Session.query(model.User).filter(model.User.sysadmin.is_(True))
    assert {user.name for user in administrators} <= {tk.config["ckan.site_id"], "ckan.system"} | _made_by_tests()


def _made_by_tests() -> set[str]:
    """Accounts of the site itself."""
    return {tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}


@pytest.mark.parametrize(("who", "whose"), [("editor", "head"), ("stranger", "editor"), ("", "office")])
def test_nobody_makes_a_token_for_another(answers: Any, people: Site, who: str, whose: str) -> None:
    data = {"user": whose, "user_id": whose, "name": "x"}
    answer = answers.flask_app.test_client().post(
        "/api/3/action/api_token_create", json=data, headers=people.headers(who)
    )
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("address", ["javascript:alert(1)", " java\tscript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_picture_has_an_address_of_the_web(people: Site, address: str) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        people.act("head", "organization_patch", id="wlt", image_url=address)
    assert "image_url" in refused.value.error_dict
