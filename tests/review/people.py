"""A department with its people, the office, and somebody from elsewhere, for tests of the review."""

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from tests.datasets import COMPLETE


class People:
    """A department with an editor and a head, the office, and somebody from elsewhere."""

    def __init__(self) -> None:
        self.editor, self.head, self.officer, self.stranger = "editor", "head", "officer", "stranger"
        for name in (self.editor, self.head, self.officer, self.stranger):
            model.Session.add(model.User(name=name, email=f"{name}@example.org"))  # no password: they do not log in
        model.Session.commit()
        self.department = factories.Organization(
            name="wlt",
            title="文旅厅",
            users=[{"name": self.editor, "capacity": "editor"}, {"name": self.head, "capacity": "admin"}],
        )
        factories.Organization(
            name="xinjianban", title="信息化建设办", users=[{"name": self.officer, "capacity": "editor"}]
        )
        factories.Organization(title="统计局", users=[{"name": self.stranger, "capacity": "admin"}])

    def user(self, who: str) -> model.User:
        user = model.User.get(who)
        assert user
        return user

    def act(self, who: str, action: str, /, **data: Any) -> Any:
        user = model.User.get(who)
        context: Any = {"user": user.name if user else "", "auth_user_obj": user, "ignore_auth": False}
        asked: Any = dict(context)
        tk.check_access(action, asked, dict(data))
        return helpers.call_action(action, context, **data)

    def create(self, **fields: Any) -> dict:
        return self.act("editor", "package_create", **(COMPLETE | {"owner_org": self.department["id"]} | fields))

    def decide(self, who: str, dataset: dict, action: str, **more: Any) -> dict:
        case = self.act(who, "nx_review_show", id=dataset["id"])
        return self.act(who, "nx_review_decide", id=case["id"], action=action, **more)

    def published(self, **fields: Any) -> dict:
        dataset = self.create(**fields)
        self.decide("editor", dataset, "submit")
        self.decide("head", dataset, "forward")
        self.decide("officer", dataset, "publish")
        return self.act("editor", "package_show", id=dataset["id"])

    def public(self) -> list[str]:
        return [dataset["title"] for dataset in self.act("", "package_search")["results"]]
