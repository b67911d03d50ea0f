"""Nothing is offered that would be refused, and nothing is said in codes or in the other language, to any role."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core import timezone
from tests.datasets import COMPLETE
from tests.register.conftest import World, set_offices
from tests.review.walk import Walk

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_queues")

STAFF = ("wlt-editor", "wlt-head", "office", "audit", "finance")
READERS = ("reader", "")
"""Somebody with an account, and nobody in particular."""

TYPED = ("甲草稿", "乙已发布", "丙已撤下", "丁待发布", "戊已提交", "系统", "项目", "未备案", "自查", "附表")
UNITS = ("文化和旅游厅", "统计局", "信息化建设办", "审计厅", "发展改革委", "财政厅", "政府办公厅")


@pytest.fixture
def busy(request: pytest.FixtureRequest, office_publishes: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A dataset in each state of the review, and one of each thing that the offices work on. Made once: pages are read
    and nothing is changed."""
    set_offices(monkeypatch)
    monkeypatch.setenv(timezone.TODAY_VARIABLE, "2026-11-03")
    module: Any = request.module
    if not hasattr(module, "_busy"):
        request.getfixturevalue("clean_db")
        request.getfixturevalue("clean_index")
        world: Any = World()
        model.Session.add(model.User(name="reader", email="reader@example.org"))
        model.Session.commit()
        world.datasets = _fill_catalogue(world)
        _fill_register(world)
        world.system(title="来源系统", nx_datasets=[world.datasets[1]["name"]])
        module._busy = world
    return module._busy


def _fill_catalogue(world: World) -> list[dict[str, Any]]:
    def create(title: str, *steps: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
        data = COMPLETE | {"owner_org": world.departments["wlt"], "title_translated": {"zh": title}} | fields
        dataset = world.act("wlt-editor", "package_create", **data)
        for who, action, opinion in steps:
            case = world.act(who, "nx_review_show", id=dataset["id"])
            world.act(who, "nx_review_decide", id=case["id"], action=action, opinion=opinion)
        return dataset

    way = [("wlt-editor", "submit", ""), ("wlt-head", "forward", ""), ("office", "publish", "")]
    return [
        create("甲草稿", license_id=""),
        create("乙已发布", *way),
        create("丙已撤下", *way, ("wlt-head", "withdraw", "内容有误")),
        create("丁待发布", *way[:2]),
        create("戊已提交", *way[:1]),
    ]


def _fill_register(world: World) -> None:
    world.system(nx_exchange_status="not_connected")
    world.system(title="停用的系统", nx_maintenance="stopped", nx_business_link="none")
    world.act("office", "nx_system_propose")
    world.act("office", "nx_report_remind")
    world.act("wlt-editor", "nx_project_create", owner_org="wlt", title="旅游监管项目", nx_builder="文化和旅游厅")
    world.act("audit", "nx_audit_finding_create", owner_org="wlt", title="未备案", text="请补办。", days=5)
    due = "2026-12-01"
    world.act("wlt-editor", "nx_task_step_create", owner_org="wlt", task="1-1", title="自查", due=due)
    world.act("office", "nx_supervision_notice_create", owner_org="wlt", kind="supervision", text="请报送。", due=due)
    world.act(
        "office", "nx_task_add", title="编制目录", title_en="Make the catalogue", lead="文化和旅游厅", opinion="需要"
    )
    world.act("office", "nx_evaluation_collect", year=2026)
    world.act("office", "nx_evaluation_send", year=2026)


_english: set[str] = set()
"""The views that were read in English: once is enough for all roles."""


def walk(app: Any, who: str, *starts: str) -> Walk:
    """Walk from the pages on."""
    names = frozenset(name for name in model.Session.scalars(sa.select(model.Package.name)) if "-" in name)
    data = frozenset((*TYPED, *UNITS))
    found = Walk(app, who, of_each_view=1, data=data, english=_english, names=names)
    for start in starts:
        found.follow(start, "the menu", 2)
    return found


def walk_of_staff(app: Any, world: World, who: str) -> Walk:
    """The walk of a role through what it works on, one for all tests here."""
    kept: Any = world
    kept.walks = getattr(kept, "walks", {})
    if who not in kept.walks:
        kept.walks[who] = walk(app, who, "/workbench", "/review?scope=every", "/workbench/datasets")
    return kept.walks[who]


@pytest.mark.parametrize("who", STAFF)
def test_every_page_of_the_staff_opens_and_says_words(app: Any, busy: World, who: str) -> None:
    kept: Any = busy
    done = walk_of_staff(app, busy, who)
    if who in ("wlt-editor", "wlt-head", "office"):
        done.of_each_view = 5
        for dataset in kept.datasets[1:]:
            case = busy.act(who, "nx_review_show", id=dataset["id"])
            done.follow(f"/review/{case['id']}", "the queue", 0)
    assert len(done.seen) > 30
    assert not done.wrong, "\n".join(done.wrong)


@pytest.mark.parametrize("who", READERS)
def test_every_page_of_a_reader_opens_and_says_words(app: Any, busy: World, who: str) -> None:
    done = walk(app, who, "/", "/site-map")
    assert len(done.seen) > 30
    assert not done.wrong, "\n".join(done.wrong)


@pytest.mark.parametrize("who", STAFF[:3])
def test_no_button_ends_in_a_refusal(app: Any, busy: World, who: str) -> None:
    """The last test here: it presses what changes things."""
    done = walk_of_staff(app, busy, who)
    done.wrong.clear()
    done.press_all()
    assert not done.wrong, "\n".join(done.wrong)
