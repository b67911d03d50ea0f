"""A department with an editor and a head, the office, and people who ask something of it."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.nxopendata.cases.applicants import assurance
from tests.datasets import COMPLETE
from tests.doors.site import OFFICE, Site

OPTIONS = {
    "ckanext.nxopendata.catalogue.supervising_organization": OFFICE,
    "ckanext.nxopendata.register.office": OFFICE,
}

APPLICATION = {
    "purpose": "旅游研究",
    "scenario": "分析景区分布",
    "channel": "file",
    "ends": "2099-01-01",
    "safety": "单位内网保存",
    "accepts": True,
}


def find_user(name: str) -> model.User:
    """The user of this name, who is there."""
    user = model.User.get(name)
    assert user is not None
    return user


class CaseSite(Site):
    """The site of the doors, with ``applicant``, who works for nobody, and a conditional dataset with a file."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("applicant", "other"):
            model.Session.add(model.User(name=name, email=f"{name}@example.org"))
        model.Session.flush()
        for name in ("applicant", "other"):
            assurance.confirm(find_user(name))
        model.Session.commit()
        self.keys = 0

    def dataset(self, name: str = "jingqu", **fields: Any) -> dict[str, Any]:
        """A public dataset of the department, conditional unless ``fields`` say otherwise."""
        conditional = {"nx_open_condition": "仅限研究", "license_id": "nx-conditional-1.0"}
        return self.root(
            "package_create", **(COMPLETE | {"name": name, "owner_org": self.department} | conditional | fields)
        )

    def apply(self, who: str = "applicant", kind: str = "application", **more: Any) -> dict[str, Any]:
        """Begin a case; of an application all is filled in."""
        self.keys += 1
        answers = APPLICATION if kind == "application" else {}
        data = {"dataset": "jingqu", "client_key": f"key {self.keys}"} | more
        return self.act(who, "nx_case_create", kind=kind, **(data | {"answers": answers | more.get("answers", {})}))

    def step(self, who: str, case: dict[str, Any], action: str, **more: Any) -> dict[str, Any]:
        """Take a step of a case as it is now."""
        version = more.pop("version", None) or self.act(who, "nx_case_show", id=case["id"])["version"]
        return self.act(who, "nx_case_advance", id=case["id"], action=action, version=version, **more)


@pytest.fixture
def town(clean_db: None, clean_index: None, with_plugins: None, monkeypatch: pytest.MonkeyPatch) -> CaseSite:
    """A site of the kind above."""
    for option, value in OPTIONS.items():
        monkeypatch.setitem(tk.config, option, value)
    return CaseSite()


@pytest.fixture
def uploaded(town: CaseSite, create_with_upload: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> dict[str, Any]:
    """The conditional dataset's file."""
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path))
    package = town.dataset()
    context = {"user": factories.Sysadmin()["name"], "ignore_auth": True}
    text = "景区名称,等级,电话\n沙湖,5A,0951-1\n水洞沟,5A,0951-2\n"
    return create_with_upload(
        text, "景区.csv", context, package_id=package["id"], name="景区", url="景区.csv", format="CSV"
    )
