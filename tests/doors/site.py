"""A small site with everything that is not everybody's: what is conditional, private, a draft, withdrawn, pending."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from tests.datasets import COMPLETE

CAPACITIES = {"editor": "editor", "head": "admin"}
OFFICE = "xinjianban"
OPTIONS = {
    "ckanext.nxopendata.catalogue.review": "office",
    "ckanext.nxopendata.catalogue.supervising_organization": OFFICE,
    "ckanext.nxopendata.register.office": OFFICE,
}


class Site:
    """The department ``wlt`` has an ``editor`` and a ``head``; ``office`` supervises; ``stranger`` heads another."""

    PEOPLE = ("", "stranger", "editor", "head", "office")

    def __init__(self) -> None:
        for name in self.PEOPLE[1:]:
            model.Session.add(model.User(name=name, email=f"{name}@example.org"))
        model.Session.commit()
        self.department: str = factories.Organization(
            name="wlt",
            title="文旅厅",
            users=[{"name": name, "capacity": capacity} for name, capacity in CAPACITIES.items()],
        )["id"]
        factories.Organization(name=OFFICE, title="信建办", users=[{"name": "office", "capacity": "editor"}])
        factories.Organization(name="tjj", title="统计局", users=[{"name": "stranger", "capacity": "admin"}])
        self.tokens: dict[str, str] = {}

    def headers(self, who: str) -> dict[str, str]:
        """What a person's requests to the site carry; nothing for the public."""
        if not who:
            return {}
        if who not in self.tokens:
            made = helpers.call_action("api_token_create", {"ignore_auth": True}, user=who, name="t")
            self.tokens[who] = made["token"]
        return {"Authorization": self.tokens[who]}

    def act(self, who: str, action: str, /, **data: Any) -> Any:
        """Call an action as a person, "" for the public."""
        user = model.User.get(who) if who else None
        context: Any = {"user": user.name if user else "", "auth_user_obj": user, "ignore_auth": False}
        return helpers.call_action(action, context, **data)

    def create(self, title: str, **fields: Any) -> dict[str, Any]:
        """A draft of the department's editor."""
        titles = {"title_translated": {"zh": title}, "owner_org": "wlt"}
        return self.act("editor", "package_create", **(COMPLETE | titles | fields))

    def decide(self, who: str, dataset: dict[str, Any], action: str, **more: Any) -> None:
        """Take a step of the review."""
        case = self.act(who, "nx_review_show", id=dataset["id"])
        self.act(who, "nx_review_decide", id=case["id"], action=action, **more)

    def publish(self, dataset: dict[str, Any]) -> dict[str, Any]:
        """Have a draft published by the people whose work that is."""
        self.decide("editor", dataset, "submit")
        self.decide("head", dataset, "forward")
        self.decide("office", dataset, "publish")
        return self.act("editor", "package_show", id=dataset["id"])

    def withdraw(self, dataset: dict[str, Any]) -> None:
        """Have a published dataset withdrawn."""
        self.decide("office", dataset, "withdraw", opinion="数据有误")

    def root(self, action: str, /, **data: Any) -> Any:
        """Call an action as the site itself, past every permission."""
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        return helpers.call_action(action, {"user": user, "ignore_auth": True}, **data)
