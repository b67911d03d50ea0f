"""Readers make accounts by a letter to their address; the office confirms organisations; kinds ask for a level."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.accounts import letters, tokens
from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.desk import forms
from tests.cases.conftest import CaseSite, find_user

USCC = "91350100M000100Y43"
STRONG = "correct horse 1"


def read_link(mail_server: Any) -> tuple[str, str]:
    """The recipient of the last letter, and the path of the first link in it."""
    message = mail_server.get_smtp_messages()[-1]
    import email
    from email import policy

    text = email.message_from_string(message[3], policy=policy.default).get_content()
    return message[2][0], re.search(r"https?://[^/\s]+(/\S+)", text)[1]  # pyright: ignore[reportOptionalSubscript]


def test_a_reader_makes_an_account_by_the_link_of_a_letter(app: Any, town: CaseSite, mail_server: Any) -> None:
    page = app.get("/account/new").body
    stamp = re.findall(r'name="stamp" value="([^"]+)"', page)[0]
    fast = app.post("/account/new", data={"email": "li@example.org", "stamp": stamp}).body
    assert 'name="stamp"' in fast
    letters.send_invitation("li@example.org", "zh_Hans_CN")
    to, link = read_link(mail_server)
    assert to == "li@example.org"
    assert "li@example.org" in app.get(link).body
    weak = app.post(link, data={"name": "li-si", "password": "123"}).body
    assert "nx-field-error" in weak and model.User.get("li-si") is None
    made = app.post(link, data={"name": "li-si", "password": STRONG}, follow_redirects=False)
    assert made.status_code == 302
    user = model.User.get("li-si")
    assert user is not None and assurance.find_level(user) == "email"
    again = app.post(link, data={"name": "li-wu", "password": STRONG})
    assert model.User.get("li-wu") is None and again.status_code == 200


def test_the_answer_tells_nobody_who_has_an_account(town: CaseSite, mail_server: Any) -> None:
    known = town.act("", "nx_account_invite", email="applicant@example.org")
    unknown = town.act("", "nx_account_invite", email="nobody@example.org")
    assert known == unknown
    letters.send_invitation("applicant@example.org", "en")
    assert "/user/login" in read_link(mail_server)[1]


@pytest.mark.parametrize(
    "email", ["", "a", "a@b\nBcc: x@example.org", "a" * 300 + "@example.org", ["a@example.org"], "\0"]
)
def test_what_is_no_address_is_refused(town: CaseSite, email: Any) -> None:
    with pytest.raises(tk.ValidationError):
        town.act("", "nx_account_invite", email=email)


def test_letters_to_one_mailbox_are_limited(town: CaseSite, reset_redis: Callable[[], None]) -> None:
    reset_redis()
    for number in range(3):
        town.act("", "nx_account_invite", email=f"li+{number}@example.org")
    with pytest.raises(tk.ValidationError):
        town.act("", "nx_account_invite", email="LI@example.org")


def test_a_site_that_makes_its_accounts_itself_sends_no_letters(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.cases.registration", False)
    with pytest.raises(tk.NotAuthorized):
        town.act("", "nx_account_invite", email="li@example.org")
    with pytest.raises(tk.NotAuthorized):
        token = tokens.for_new_account("li@example.org")
        town.act("", "nx_account_create", token=token, name="li", password=STRONG)
    assert app.get("/account/new").status_code in (401, 403)


def test_forged_and_foreign_links_make_and_confirm_nothing(app: Any, town: CaseSite) -> None:
    address = tokens.for_address(find_user("applicant").id, "applicant@example.org")
    for token in ("x", address, tokens.for_new_account("a@example.org")[:-2], forms.make_stamp()):
        with pytest.raises(tk.ValidationError):
            town.act("", "nx_account_create", token=token, name="li", password=STRONG)
        assert app.get(f"/account/new/{token}", status=404).status_code == 404
    for token in ("x", tokens.for_new_account("applicant@example.org"), tokens.for_address("nobody", "a@example.org")):
        with pytest.raises(tk.ValidationError):
            town.act("", "nx_account_confirm", token=token)


def test_an_address_counts_until_it_is_another(app: Any, town: CaseSite, mail_server: Any) -> None:
    user = model.User(name="wang", email="wang@example.org")
    model.Session.add(user)
    model.Session.commit()
    town.dataset()
    with pytest.raises(tk.NotAuthorized):
        town.apply("wang")
    form = "/case/new/application?dataset=jingqu"
    told = app.get(form, headers=town.headers("wang"))
    assert told.status_code == 200 and "/account" in told.body and "<textarea" not in told.body
    assert app.post(form, headers=town.headers("wang"), status=403).status_code == 403
    letters.send_confirmation(user.id, "zh_Hans_CN")
    link = read_link(mail_server)[1]
    assert app.get(link).status_code == 200
    assert not assurance.is_confirmed(user)  # scanners open links; the button confirms
    app.post(link, follow_redirects=False)
    assert town.apply("wang")["level"] == "email"
    user = find_user("wang")  # the request ended the session in which the other one stood
    user.email = "wang-new@example.org"
    model.Session.commit()
    assert not assurance.may_be_written_to(user)
    assert app.post(link, status=404).status_code == 404
    with pytest.raises(tk.NotAuthorized):
        town.apply("wang")


def test_the_office_confirms_an_organisation_whose_code_is_right(app: Any, town: CaseSite) -> None:
    town.dataset()
    name = {"name": "宁夏某公司"}
    for wrong in ("91350100M000100Y44", "1" * 18, "", "<script>"):
        with pytest.raises(tk.ValidationError):
            town.act("applicant", "nx_account_organisation_create", uscc=wrong, **name)
    asked = town.act("applicant", "nx_account_organisation_create", uscc=USCC.lower(), **name)
    assert town.act("applicant", "nx_account_show")["level"] == "email"
    for who in ("applicant", "editor", "head", ""):
        with pytest.raises(tk.NotAuthorized):
            town.act(who, "nx_account_organisation_decide", id=asked["id"], state="confirmed", reason="执照")
    assert [one["uscc"] for one in town.act("office", "nx_account_organisation_list")] == [USCC]
    assert "宁夏某公司" in app.get("/account/organisations", headers=town.headers("office")).body
    with pytest.raises(tk.ValidationError):
        town.act("office", "nx_account_organisation_decide", id=asked["id"], state="confirmed")
    town.act("office", "nx_account_organisation_decide", id=asked["id"], state="confirmed", reason="营业执照和授权书")
    with pytest.raises(tk.ValidationError):
        town.act("office", "nx_account_organisation_decide", id=asked["id"], state="refused", reason="改")
    assert town.act("applicant", "nx_account_show")["level"] == "organisation"
    case = town.apply()
    assert case["level"] == "organisation"
    assert town.act("head", "nx_case_show", id=case["id"])["organisation"] == {"name": "宁夏某公司", "uscc": USCC}
    assert USCC in app.get(f"/case/{case['id']}", headers=town.headers("head")).body


@pytest.mark.parametrize("path", ["/account", "/account/new"])
def test_pages_of_accounts_are_nobody_elses(app: Any, town: CaseSite, path: str) -> None:
    answer = app.get(path, headers=town.headers("applicant"))
    assert (answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]) or "private" in answer.headers[
        "Cache-Control"
    ]
