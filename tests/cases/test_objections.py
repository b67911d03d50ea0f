"""An objection: what is served again was treated, and those who use the data are told, never of who objected."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.core.notifications.inbox import list_notices
from ckanext.nxopendata.core.notifications.topics import format_notice
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.following import jobs
from ckanext.nxopendata.following.models import Favourite, Subscription
from tests.cases.conftest import CaseSite, find_user

OBJECTION = {"right": "privacy", "place": "电话", "reason": "是我的电话"}


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
    law = {"article": "《个人信息保护法》第十条"}
    town.step("head", case, "treat", outcome="founded", opinion="电话是个人的", answers=law)
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
        town.step("head", case, "restore", outcome="treated", opinion="电话已脱敏")
    assert "outcome" in refused.value.error_dict
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
