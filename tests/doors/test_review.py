"""Review cannot be walked around: no writing action changes what the public reads of a reviewed department's datasets.

Every action of the registry that writes is called by the department's editor, its head and a collaborator with whatever
could change a published dataset, hide it, or show a hidden one; the public's picture stays the same.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.tables.charts import token
from tests.safety.signing import release_file
from tests.tables.conftest import work

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


PATCHING = frozenset({"package_update", "package_patch", "package_revise", "resource_patch", "resource_update"})
"""Actions that are called with each of these."""

CHART = re.compile(r"/c/[\w-]+|<svg.*?</svg>", re.DOTALL)

TEXT = "县区,人口（人）,面积（平方千米）\n西吉县,315827,3130\n隆德县,109451,992\n泾源县,85026,1131\n合计,510304,5253\n"


class World:
    """A published dataset with two files, rows, a view, and a file that is loaded; a draft; what leads to them."""

    def __init__(self, people: Site, app: Any) -> None:
        self.app = app
        files = [{"name": name, "url": f"http://example.org/{name}.csv", "format": "CSV"} for name in ("甲", "乙")]
        made = people.create(
            "景区名录", name="live", resources=files, tags=[{"name": "旅游"}], license_id="nx-open-1.0"
        )
        upload = FileStorage(io.BytesIO(TEXT.encode()), filename="counties.csv", content_type="text/csv")
        people.act("editor", "resource_create", package_id=made["id"], name="丙", url="counties.csv", upload=upload)
        live = people.publish(made)
        work()
        self.table = live["resources"][2]["id"]
        release_file(self.table)
        chart = token.make_spec(self.table, "bar", ("县区", "面积（平方千米）", ""), "sum", "value", (), "")
        self.chart = token.to_token(chart)
        draft = people.create("草稿名录", name="hidden", resources=files[:1])
        self.live, self.draft = live["id"], draft["id"]
        self.files = [file["id"] for file in live["resources"]]
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
            "table": _try(people, "nx_table_show", id=self.table),
            "table rows": _try(people, "nx_table_search", id=self.table),
            "profile": _try(people, "nx_table_profile_show", id=self.table),
            "charts": CHART.findall(self.app.get(f"/dataset/{self.live}").get_data(as_text=True)),
        }

    def read_clock(self) -> int:
        """A number that grows whenever anything is written; the picture takes much longer."""
        engine: Any = model.meta.engine
        with engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")).scalar_one())

    def data(self, way: ways.Action) -> Iterator[dict[str, Any]]:
        """Parameters that might make an action change the picture."""
        group = way.name.startswith(("group_", "organization_", "member_")) or "member" in way.name
        if group:
            subjects: list[str] = ["topic", "tjj", "wlt"]
        elif "view" in way.name:
            subjects = [self.view, self.files[0]]
        elif way.name.startswith(("resource_", "datastore_")):
            subjects = self.files[:1]
        elif way.name.startswith("nx_"):
            subjects = [self.table, self.live, self.draft]
        else:
            subjects = [self.live, self.draft]
        known = self.known()
        if way.name.startswith("nx_"):
            known["resource_id"] = self.table
        filled = {name: known[name] for name in way.parameters if name in known}
        for subject in subjects:
            yield filled | {"id": subject}
            yield {"id": subject}
            yield {"id": subject, "resource_id": self.files[0], "force": True, "filters": {}}
        if way.name in PATCHING:
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
            "chart": self.chart,
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
            "plan": {"take_in": ["total"]},
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
def world(
    people: Site, answers: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> World:
    kept: Any = people
    if not hasattr(kept, "folder"):
        kept.folder = str(tmp_path_factory.mktemp("storage"))
    monkeypatch.setitem(tk.config, "ckan.storage_path", kept.folder)
    monkeypatch.setitem(tk.config, "ckan.auth.allow_dataset_collaborators", True)
    if not hasattr(kept, "world"):
        kept.world = World(people, answers)
    return kept.world


def writing() -> list[ways.Action]:
    """The actions that write, but for those that may change what the public reads."""
    return [way for way in ways.actions() if not way.reads and way.name not in BY_DESIGN]


@pytest.mark.parametrize("who", ["editor", "head", "stranger"])
def test_no_action_changes_what_the_public_reads(people: Site, world: World, who: str) -> None:
    if who == "stranger":
        people.root("package_collaborator_create", id=world.live, user_id="stranger", capacity="editor")
        people.root("package_collaborator_create", id=world.draft, user_id="stranger", capacity="editor")
    before, clock, changed, went_on = world.picture(people), world.read_clock(), [], 0
    for way in writing():
        # What is patched may be patched back by the next call; the calls of other actions all do the same.
        every = [[data] for data in world.data(way)] if way.name in PATCHING else [list(world.data(way))]
        for calls in every:
            done = [data for data in calls if goes_on(people, who, way.name, data)]
            went_on += len(done)
            if not done or world.read_clock() == clock:
                continue
            waits = people.act("", "nx_table_show", id=world.table) != before["table"]
            work()
            search.commit()
            after = world.picture(people)
            if waits or after != before:
                parts = [part for part in after if after[part] != before[part]] or ["table, while it is loaded"]
                changed.append(f"{way.name} {done}: {parts}")
            before, clock = after, world.read_clock()
    assert not changed, "\n".join(changed)
    assert went_on > 20


def goes_on(people: Site, who: str, name: str, data: dict[str, Any]) -> bool:
    """Whether somebody calls an action without being refused."""
    try:
        people.act(who, name, **data)
    except Exception:  # what is no refusal, the tests of internal errors look for
        model.Session.rollback()
        return False
    return True


WITH_REASON = frozenset(
    {
        "bulk_update_private",
        "bulk_update_public",
        "bulk_update_delete",
        "package_delete",
        "datastore_upsert",
        "nx_table_load",
        "nx_table_plan_update",
        "nx_table_default_chart_update",
    }
)
"""Actions that review refuses: who is refused is told why."""


@pytest.mark.parametrize("name", sorted(WITH_REASON))
def test_who_is_refused_is_told_why(people: Site, world: World, name: str) -> None:
    way = next(way for way in ways.actions() if way.name == name)
    for data in list(world.data(way))[:1]:
        with pytest.raises(tk.NotAuthorized) as refusal:
            people.act("head", name, **data)
        assert str(refusal.value)


def test_who_publishes_has_a_table_read_otherwise_and_others_read_who_that_is(people: Site, world: World) -> None:
    address = f"/en/dataset/live/resource/{world.table}/plan"
    pages = {who: world.app.get(address, headers=people.headers(who)).body for who in ("editor", "head", "office")}
    for who, page in pages.items():
        assert ("supervising office" in page) == (who != "office"), who
        assert ('name="header_lines"' in page) == (who == "office"), who
    assert world.app.get(address).status_code == 404
    answer = world.app.post(address, data={"take_in": "total"}, headers=people.headers("editor"))
    assert answer.status_code == 403 and "supervising office" in answer.body
    people.act("office", "nx_table_plan_update", id=world.table, plan={"take_in": ["total"]})
    work()
    assert people.act("", "nx_table_search", id=world.table)["total"] == 4


def test_what_somebody_has_approved_rests(people: Site, world: World) -> None:
    files = [{"name": "甲", "url": "http://example.org/a.csv", "format": "CSV"}]
    draft = people.create("公园名录", name="parks", resources=files)
    resource = draft["resources"][0]["id"]
    people.root("datastore_create", resource_id=resource, records=[{"name": "沙湖"}], force=True)
    rows = {"resource_id": resource, "records": [{"name": "改过"}], "method": "insert", "force": True}
    people.act("editor", "datastore_upsert", **rows)
    people.act("editor", "nx_table_plan_update", id=resource, plan={"header_lines": [2]})
    for who, step in (("editor", "submit"), ("head", "forward")):
        people.decide(who, draft, step)
        for name, data in (("datastore_upsert", rows), ("nx_table_plan_update", {"id": resource, "plan": {}})):
            with pytest.raises(tk.NotAuthorized):
                people.act("editor", name, **data)


def test_every_exception_is_an_action() -> None:
    assert {way.name for way in ways.actions()} >= BY_DESIGN.keys()
