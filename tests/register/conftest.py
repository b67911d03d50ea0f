"""One small administration: departments, offices and their people, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from tests.prepared import begin_with

OFFICES = {
    "office": ("xinjianban", "信息化建设办"),
    "audit": ("shenjiting", "审计厅"),
    "development": ("fagaiwei", "发展改革委"),
    "finance": ("caizhengting", "财政厅"),
    "general_office": ("bangongting", "政府办公厅"),
}
"""Option -> name and title of the organisation."""

SYSTEM: dict[str, Any] = {
    "title": "旅游市场监管系统",
    "notes": "受理旅游投诉，公示处理结果。",
    "nx_scope": "全区旅游系统",
    "nx_frequency": "daily",
    "nx_approver": "自治区发展改革委",
    "nx_approved": "2015年6月",
    "nx_funding": "自治区财政",
    "nx_plan": "keep",
}


class World:
    """``wlt`` and ``tjj`` are departments; each has a member, an editor and a head, ``wlt-editor`` and so on; each
    office has an editor named as its option; ``stranger`` belongs to nobody."""

    def __init__(self) -> None:
        names = [*OFFICES, "stranger", *(f"{unit}-{role}" for unit in ("wlt", "tjj") for role in ROLES)]
        for name in names:
            model.Session.add(model.User(name=name, email=f"{name}@example.org"))
        model.Session.commit()
        self.departments = {
            unit: factories.Organization(
                name=unit,
                title=title,
                users=[{"name": f"{unit}-{role}", "capacity": capacity} for role, capacity in ROLES.items()],
            )["id"]
            for unit, title in (("wlt", "文化和旅游厅"), ("tjj", "统计局"))
        }
        for office, (name, title) in OFFICES.items():
            factories.Organization(name=name, title=title, users=[{"name": office, "capacity": "editor"}])

    def act(self, who: str, action: str, /, **data: Any) -> Any:
        """Call an action as a person, "" for the public."""
        user = model.User.get(who) if who else None
        context: Any = {"user": user.name if user else "", "auth_user_obj": user, "ignore_auth": False}
        return helpers.call_action(action, context, **data)

    def system(self, unit: str = "wlt", **fields: Any) -> dict[str, Any]:
        """A system that the department's editor enters."""
        return self.act(f"{unit}-editor", "nx_system_create", **(SYSTEM | {"owner_org": unit} | fields))


ROLES = {"member": "member", "editor": "editor", "head": "admin"}


def set_offices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say in the configuration which organisations are the offices."""
    for option, (name, _title) in OFFICES.items():
        monkeypatch.setitem(tk.config, f"ckanext.nxopendata.register.{option}", name)


@pytest.fixture
def begin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, with_plugins: None) -> Callable[..., World]:
    """Begin with the administration alone; ``begin("busy", fill)`` with what ``fill(world)`` put there, made once."""
    set_offices(monkeypatch)

    def make() -> World:
        request.getfixturevalue("clean_db")
        return World()

    def begin(name: str = "", fill: Callable[[World], None] | None = None) -> World:
        request.getfixturevalue("clean_index")
        if fill is None:
            return begin_with("register", make)

        def make_filled() -> World:
            world = begin_with("register", make)
            fill(world)
            return world

        return begin_with(f"register_{name}", make_filled)

    return begin


@pytest.fixture
def world(begin: Callable[..., World]) -> World:
    return begin()
