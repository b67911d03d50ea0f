"""Review cannot be walked around: no writing action changes what the public reads of a reviewed department's datasets.

Every action of the registry that writes is called by the department's editor, its head and a collaborator with whatever
could change a published dataset, hide it, or show a hidden one; the public's picture stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.plugins import toolkit as tk

from . import ways
from .site import Site

BY_DESIGN = {
    "nx_review_decide": "the review itself: the head withdraws, with a reason",
    "organization_update": "the head keeps the page of the department",
    "organization_patch": "the same",
    "nx_harvest_run_create": "a harvest is trusted by the office, source by source",
}
"""Actions that change what the public reads, and why they may."""

REFUSALS = (tk.NotAuthorized, tk.ValidationError, tk.ObjectNotFound)

PATCHES: tuple[dict[str, Any], ...] = (
    {"private": True},
    {"private": False},
    {"state": "deleted"},
    {"state": "draft"},
    {"state": "active", "private": False},
    {"title_translated": {"zh": "改过的标题"}},
    {"name": "another-name"},
    {"owner_org": "tjj"},
    {"owner_org": ""},
    {"groups": [{"name": "topic"}]},
    {"tags": [{"name": "新标签"}]},
    {"resources": []},
    {"license_id": "notspecified"},
    {"nx_is_open": "0", "nx_open_reason": "不开放"},
    {"type": "harvest"},
    {"plugin_data": {"x": {"y": 1}}},
    {"metadata_modified": "2030-01-01T00:00:00"},
)
"""What a dataset might be changed by."""


PUBLIC_PACKAGES = "(SELECT id FROM package WHERE NOT private AND state = 'active')"
PUBLIC_ROWS = (
    "SELECT * FROM package WHERE NOT private AND state = 'active' ORDER BY id",
    f"SELECT * FROM resource WHERE package_id IN {PUBLIC_PACKAGES} ORDER BY id",
    f"SELECT * FROM package_tag WHERE package_id IN {PUBLIC_PACKAGES} ORDER BY id",
    f"SELECT * FROM member WHERE table_id IN {PUBLIC_PACKAGES} ORDER BY id",
    "SELECT * FROM resource_view ORDER BY id",
    'SELECT * FROM "group" ORDER BY id',
)
"""Tables that public pages show."""


class World:
    """A published dataset with two files, rows and a view; a draft; what leads to them."""

    def __init__(self, people: Site) -> None:
        files = [{"name": name, "url": f"http://example.org/{name}.csv", "format": "CSV"} for name in ("甲", "乙")]
        live = people.publish(people.create("景区名录", name="live", resources=files, tags=[{"name": "旅游"}]))
        draft = people.create("草稿名录", name="hidden", resources=files[:1])
        self.live, self.draft = live["id"], draft["id"]
        self.files = [file["id"] for file in live["resources"]]
        self.rows = sa.create_engine(tk.config["ckan.datastore.write_url"])
        rows = [{"name": "沙湖"}]
        people.root("datastore_create", resource_id=self.files[0], records=rows, force=True)
        view = people.root("resource_view_create", resource_id=self.files[0], view_type="text_view", title="x")
        self.view = view["id"]
        people.root("group_create", name="topic", title="专题")
        for who in ("editor", "head"):
            people.root("organization_member_create", id="tjj", username=who, role="admin")

    def picture(self, people: Site) -> dict[str, Any]:
        """What the public reads."""
        model.Session.expire_all()
        shown: dict[str, Any] = {
            reference: _try(people, "package_show", id=reference) for reference in (self.live, self.draft)
        }
        return shown | {
            "found": _try(people, "package_search", rows=100, facet="false"),
            "names": _try(people, "package_list"),
            "topic": _try(people, "group_show", id="topic", include_datasets=True),
            "tjj": _try(people, "organization_show", id="tjj", include_datasets=True),
            "department": _try(people, "organization_show", id="wlt", include_datasets=True),
            "rows": _try(people, "datastore_search", resource_id=self.files[0]),
            "views": _try(people, "resource_view_list", id=self.files[0]),
            "tags": _try(people, "tag_list"),
        }

    def stored(self) -> list[Any]:
        """What of the database the picture is made of; the picture itself takes longer."""
        tables = [*PUBLIC_ROWS, f'SELECT * FROM "{self.files[0]}"']
        engine: Any = model.meta.engine
        with engine.connect() as connection, self.rows.connect() as other:
            shown = [str(connection.execute(sa.text(query)).all()) for query in tables[:-1]]
            return [*shown, str(other.execute(sa.text(tables[-1])).all())]

    def data(self, way: ways.Action) -> Iterator[dict[str, Any]]:
        """Parameters that might make an action change the picture."""
        group = way.name.startswith(("group_", "organization_", "member_")) or "member" in way.name
        if group:
            subjects: list[str] = ["topic", "tjj", "wlt"]
        elif "view" in way.name:
            subjects = [self.view, self.files[0]]
        elif way.name.startswith(("resource_", "datastore_")):
            subjects = self.files[:1]
        else:
            subjects = [self.live, self.draft]
        known = self.known()
        filled = {name: known[name] for name in way.parameters if name in known}
        for subject in subjects:
            yield filled | {"id": subject}
            yield {"id": subject}
            yield {"id": subject, "resource_id": self.files[0], "force": True, "filters": {}}
        if way.name in ("package_update", "package_patch", "package_revise", "resource_patch", "resource_update"):
            for subject in subjects:
                yield from self.patched(way.name, subject)

    def patched(self, name: str, subject: str) -> Iterator[dict[str, Any]]:
        for patch in PATCHES:
            yield {"match": {"id": subject}, "update": patch} if name == "package_revise" else {"id": subject, **patch}
        if name.startswith("resource_"):
            yield {"id": subject, "url": "http://example.org/other.csv", "name": "改过"}
            yield {"id": subject, "package_id": self.draft, "state": "deleted", "position": 1}

    def known(self) -> dict[str, Any]:
        return {
            "capacity": "editor",
            "config": {},
            "dataset": self.live,
            "datasets": [self.live, self.draft],
            "fields": [{"id": "other"}],
            "filters": {},
            "force": True,
            "group_id": "tjj",
            "method": "insert",
            "object": self.live,
            "object_type": "package",
            "order": list(reversed(self.files)),
            "org_id": "wlt",
            "organization_id": "tjj",
            "owner_org": "wlt",
            "package_id": self.live,
            "records": [{"name": "改过"}],
            "resource_id": self.files[0],
            "role": "editor",
            "subject": self.draft,
            "title": "改过的标题",
            "type": "depends_on",
            "url": "http://example.org/other.csv",
            "user_id": "stranger",
            "username": "stranger",
            "view_type": "text_view",
        }


def _try(people: Site, action: str, **data: Any) -> Any:
    try:
        return people.act("", action, **data)
    except REFUSALS as refusal:
        return type(refusal).__name__


@pytest.fixture
def world(people: Site, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(tk.config, "ckan.auth.allow_dataset_collaborators", True)
    kept: Any = people
    if not hasattr(kept, "world"):
        kept.world = World(people)
    return kept.world


def writing() -> list[ways.Action]:
    """The actions that write, but for those that may change what the public reads."""
    return [way for way in ways.actions() if not way.reads and way.name not in BY_DESIGN]


@pytest.mark.parametrize("who", ["editor", "head", "stranger"])
def test_no_action_changes_what_the_public_reads(people: Site, world: World, who: str) -> None:
    if who == "stranger":
        people.root("package_collaborator_create", id=world.live, user_id="stranger", capacity="editor")
        people.root("package_collaborator_create", id=world.draft, user_id="stranger", capacity="editor")
    before, stored, changed, went_on = world.picture(people), world.stored(), [], 0
    for way in writing():
        for data in world.data(way):
            try:
                people.act(who, way.name, **data)
                went_on += 1
            except Exception:  # refused; what is no refusal, the tests of internal errors look for
                model.Session.rollback()
                continue
            if world.stored() == stored:
                continue
            search.commit()
            after = world.picture(people)
            if after != before:
                parts = [part for part in after if after[part] != before[part]]
                changed.append(f"{way.name} {data}: {parts}")
            before, stored = after, world.stored()
    assert not changed, "\n".join(changed)
    assert went_on > 20


WITH_REASON = frozenset(
    {"bulk_update_private", "bulk_update_public", "bulk_update_delete", "package_delete", "datastore_upsert"}
)
"""Actions that review refuses: who is refused is told why."""


@pytest.mark.parametrize("name", sorted(WITH_REASON))
def test_who_is_refused_is_told_why(people: Site, world: World, name: str) -> None:
    way = next(way for way in ways.actions() if way.name == name)
    for data in list(world.data(way))[:1]:
        with pytest.raises(tk.NotAuthorized) as refusal:
            people.act("head", name, **data)
        assert str(refusal.value)


def test_every_exception_is_an_action() -> None:
    assert {way.name for way in ways.actions()} >= BY_DESIGN.keys()
