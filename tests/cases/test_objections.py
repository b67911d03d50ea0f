"""An objection: what is served again was treated, and those who use the data are told, never of who objected."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.activity.model import Activity

from ckanext.nxopendata.cases.ties.following import RESTORED, SUSPENDED
from ckanext.nxopendata.core.notifications.inbox import list_notices
from ckanext.nxopendata.core.notifications.topics import format_notice
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.following import jobs
from ckanext.nxopendata.following.models import Favourite, Subscription
from tests.cases.conftest import CaseSite, find_user

OBJECTION = {"right": "privacy", "place": "电话", "reason": "是我的电话"}
FOUNDED = {"article": "《个人信息保护法》第十条"}


def list_told(name: str) -> list[str]:
    """What a user was told, the newest first, but for the steps of their own cases."""
    notices = [one for one in list_notices(find_user(name).id) if "files" in one.topic]
    return [format_notice(one.topic, one.params) for one in notices]


def test_what_was_found_to_infringe_a_right_is_served_again_after_a_change_of_the_file_alone(
    app: Any, town: CaseSite, uploaded: dict[str, Any], create_with_upload: Any
) -> None:
    town.root("package_patch", id="jingqu", nx_open_condition="", license_id="nx-open-1.0")
    case = town.apply(kind="objection", answers=OBJECTION)
    town.step("editor", case, "accept")
    town.step("head", case, "treat", outcome="founded", opinion="含个人电话", answers=FOUNDED)
    link = f"/dataset/jingqu/safety/{uploaded['id']}"
    for who, is_shown in (("head", True), ("office", True), ("applicant", False)):
        assert (link in app.get(f"/case/{case['id']}", headers=town.headers(who)).body) is is_shown, who
    assert app.get(link, headers=town.headers("head")).status_code == 200

    def serve() -> dict[str, Any]:
        return town.step("head", case, "serve_treated", outcome="treated", opinion="电话已脱敏")

    def download() -> str:
        address = f"/dataset/jingqu/resource/{uploaded['id']}/download/x"
        answer = app.flask_app.test_client().get(address)
        return answer.get_data(as_text=True) if answer.status_code == 200 else str(answer.status_code)

    with pytest.raises(tk.ValidationError) as refused:
        town.step("head", case, "restore", outcome="unfounded", opinion="电话已脱敏")
    assert "action" in refused.value.error_dict  # what is founded is treated, or served no more
    for words in ({}, {"nx_provider_unit": "资源开发处"}):  # nothing, and what is no change of a file
        if words:
            town.root("package_patch", id="jingqu", **words)
        with pytest.raises(tk.ValidationError) as refused:
            serve()
        assert "change" in refused.value.error_dict
        assert download() == "403"
    context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
    masked = "景区名称,等级,电话\n沙湖,5A,****-*\n水洞沟,5A,****-*\n"  # as many bytes as before
    more = {"id": uploaded["id"], "action": "resource_patch", "url": "景区.csv"}
    create_with_upload(masked, "景区.csv", context, **more)
    newest = town.act("editor", "nx_dataset_versions", id="jingqu")["results"][0]["id"]
    assert serve()["answers"]["change"] == newest
    assert "****" in download() and "0951" not in download()


def test_those_who_use_the_data_are_told_that_it_is_withheld_and_served_again(
    app: Any, town: CaseSite, uploaded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = town.apply("other")
    town.step("head", grant, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    dataset = uploaded["package_id"]
    model.Session.add(Favourite(user_id=find_user("stranger").id, dataset_id=dataset))
    model.Session.add(Favourite(user_id=find_user("applicant").id, dataset_id=dataset))
    followers = (("du-zhe@example.org", None, "zh_Hans_CN"), ("reader@example.org", None, "en"))
    for email, user_id, language in (*followers, ("other@example.org", find_user("other").id, "en")):
        values = {"dataset_id": dataset, "language": language, "confirmed": utc_now()}
        model.Session.add(Subscription(email=email, user_id=user_id, **values))
    model.Session.add(Subscription(email="unconfirmed@example.org", dataset_id=dataset, language="en"))
    model.Session.commit()
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(jobs, "enqueue_event", lambda *arguments: queued.append(arguments))
    posted: list[Any] = []
    monkeypatch.setattr(jobs.outbox, "post", posted.extend)
    case = town.apply(kind="objection", answers=OBJECTION)
    assert not queued and not list_told("other")
    town.step("editor", case, "accept")
    (withheld,) = list_told("other")
    assert len(list_told("stranger")) == 1 and not list_told("applicant")
    for arguments in queued:
        jobs.send_event(*arguments)
    letters = [letter for letter in posted if letter.to]  # the others are to users, of their own cases
    assert sorted(letter.to for letter in letters) == ["du-zhe@example.org", "reader@example.org"]
    by_reader = {letter.to: letter for letter in letters}
    assert "withheld" in by_reader["reader@example.org"].subject
    assert "停止提供" in by_reader["du-zhe@example.org"].subject
    said = f"{withheld} {letters} {list_told('stranger')} {[one.params for one in list_notices(find_user('other').id)]}"
    assert "applicant" not in said and case["number"] not in said and "List-Unsubscribe" in str(letters)
    town.step("head", case, "restore", outcome="unfounded", opinion="是公开的办公电话")
    assert [len(list_told(who)) for who in ("other", "stranger", "applicant")] == [2, 2, 0]
    assert [arguments[1] for arguments in queued] == ["withheld", "served"]


def object_to(town: CaseSite, who: str, resource: str = "") -> dict[str, Any]:
    case = town.apply(who, kind="objection", resource=resource, answers=OBJECTION)
    town.step("editor", case, "accept")
    return case


def restore(town: CaseSite, case: dict[str, Any]) -> None:
    town.step("head", case, "restore", outcome="unfounded", opinion="是公开的办公电话")


def test_what_another_objection_withholds_as_well_is_not_said_to_be_served_again(
    app: Any, town: CaseSite, uploaded: dict[str, Any], create_with_upload: Any
) -> None:
    context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
    about = {"package_id": uploaded["package_id"], "name": "线路", "url": "线路.csv", "format": "CSV"}
    other_file = create_with_upload("线路\n甲\n", "线路.csv", context, **about)
    grant = town.apply("other", resource=uploaded["id"])
    town.step("head", grant, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    query = sa.select(sa.func.count()).where(Activity.activity_type.in_((SUSPENDED, RESTORED)))

    def count() -> tuple[int, int]:
        return len(list_told("other")), model.Session.scalar(query) or 0

    first, second = object_to(town, "applicant"), object_to(town, "applicant", uploaded["id"])
    assert count() == (1, 1)  # the second withholds nothing that was not withheld before
    restore(town, first)  # the other file is served again, which is none of those of the agreement
    assert count() == (1, 2)
    third = object_to(town, "applicant", uploaded["id"])
    restore(town, second)
    assert count() == (1, 2)
    restore(town, third)
    assert count() == (2, 3)
    fourth, fifth = object_to(town, "applicant", other_file["id"]), object_to(town, "applicant")
    assert count() == (3, 5)  # of another file first, then of the rest
    restore(town, fourth)
    assert count() == (3, 5)
    restore(town, fifth)
    assert count() == (4, 6)


def test_a_change_of_another_file_and_a_file_that_was_added_treat_nothing(
    app: Any, town: CaseSite, uploaded: dict[str, Any], create_with_upload: Any
) -> None:
    town.root("package_patch", id="jingqu", nx_open_condition="", license_id="nx-open-1.0")
    context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
    about = {"package_id": uploaded["package_id"], "name": "景区", "url": "线路.csv", "format": "CSV"}
    other_file = create_with_upload("线路\n甲\n", "线路.csv", context, **about)  # with the same name
    case, whole = object_to(town, "applicant", uploaded["id"]), object_to(town, "other")
    article = town.step("head", case, "treat", outcome="founded", opinion="含个人电话", answers=FOUNDED)["answers"]
    assert "restore" not in {one["action"] for one in town.act("head", "nx_case_show", id=case["id"])["steps"]}

    def serve(one: dict[str, Any]) -> dict[str, Any]:
        return town.step("head", one, "serve_treated", outcome="treated", opinion="电话已脱敏")

    create_with_upload("", "空.csv", context, **about | {"name": "空"})
    for one in (case, whole):
        with pytest.raises(tk.ValidationError) as refused:
            serve(one)
        assert "change" in refused.value.error_dict
    more = {"id": other_file["id"], "action": "resource_patch", "url": "线路.csv"}
    create_with_upload("线路\n乙\n", "线路.csv", context, **more)
    with pytest.raises(tk.ValidationError) as refused:
        serve(case)
    assert "change" in refused.value.error_dict
    assert serve(whole)["state"] == "restored"  # of the whole dataset any file
    town.root("resource_delete", id=uploaded["id"])
    served = serve(case)
    assert served["state"] == "restored" and served["answers"]["article"] == article["article"]
