"""The office keeps code lists on their pages; forms, validators, harvests and exports follow at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCTERMS, OWL, Graph, Literal, URIRef

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.codelists import Code
from ckanext.nxopendata.exchange import forms
from ckanext.nxopendata.exchange.codelists import rules, store
from ckanext.nxopendata.harvest.mapping.codes import as_code
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from tests.datasets import COMPLETE

SITE = "http://test.ckan.net"

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office(with_plugins: None, clean_db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A person of the supervising office."""
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xxb")
    person = factories.User(name="office", fullname="马晓明")
    factories.Organization(name="xxb", users=[{"name": person["name"], "capacity": "editor"}])
    return person["name"]


@pytest.fixture(autouse=True)
def lists_as_the_software_brings_them(with_plugins: None, clean_db: None) -> Iterator[None]:
    yield
    model.Session.rollback()
    for table in ("nx_code", "nx_code_change"):
        model.Session.execute(model.sa.text(f"DELETE FROM {table}"))
    model.Session.commit()
    store.mark_change()
    codelists.load("theme")


def act(user: str, action: str, **data: Any) -> Any:
    return helpers.call_action(action, {"user": user, "ignore_auth": False}, **data)


def refusal(user: str, action: str, **data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as refused:
        act(user, action, **data)
    return refused.value.error_dict


def add_theme(user: str, code: str = "90", **more: Any) -> Any:
    return act(user, "nx_code_create", codelist="theme", code=code, **({"label_zh": "数字经济"} | more))


class TestAdding:
    def test_a_new_code_is_in_force_everywhere_at_once(self, office: str, app: Any) -> None:
        add_theme(office, label_en="Digital economy", reason="宁数办〔2026〕3号")
        assert codelists.label("theme", "90", "en") == "Digital economy"
        assert forms.codes("theme")["数字经济"] == "90"
        field = {"codelist": "theme", "field_name": "nx_theme"}
        assert "90" in [choice["value"] for choice in tk.h.nx_codelist_choices(field)]
        assert app.get("/api/3/action/nx_codelist_show?id=theme").json["result"]["codes"][-1]["label_zh"] == "数字经济"
        assert "数字经济" in app.get("/codelist/theme").get_data(as_text=True)
        (line,) = act(office, "nx_code_change_list", codelist="theme")
        assert (line["action"], line["user"], line["reason"]) == ("create", "马晓明", "宁数办〔2026〕3号")

    def test_it_stands_below_its_broader_code(self, office: str) -> None:
        act(office, "nx_code_create", codelist="region", code="640121100", label_zh="杨和街道", parent="640121")
        codes = list(codelists.load("region"))
        assert codes.index("640121100") == codes.index("640121") + 1
        assert [entry.code for entry in codelists.ancestors("region", "640121100")] == [
            "640000",
            "640100",
            "640121",
            "640121100",
        ]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"codelist": "theme", "code": "1", "label_zh": "重复"}, "code"),
            ({"codelist": "theme", "code": "x1", "label_zh": "新"}, "code"),
            ({"codelist": "theme", "code": "91", "label_zh": ""}, "label_zh"),
            ({"codelist": "theme", "code": "91", "label_zh": "信用服务"}, "label_zh"),
            ({"codelist": "theme", "code": "91", "label_zh": "长" * 81}, "label_zh"),
            ({"codelist": "theme", "code": "91", "label_zh": "新", "valid_from": "明天"}, "valid_from"),
            ({"codelist": "class", "code": "4", "label_zh": "新类"}, "parent"),
            ({"codelist": "class", "code": "40", "label_zh": "新项", "parent": "3"}, "code"),
            ({"codelist": "class", "code": "499", "label_zh": "新项", "parent": "3"}, "code"),
            ({"codelist": "region", "code": "640199", "label_zh": "新区", "parent": "none"}, "parent"),
            ({"codelist": "share_type", "code": "9", "label_zh": "新"}, "codelist"),
            ({"codelist": "theme", "code": ["91"], "label_zh": "新"}, "code"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field(self, office: str, given: dict[str, Any], field: str) -> None:
        assert field in refusal(office, "nx_code_create", **given)
        assert act(office, "nx_code_change_list", codelist="theme") == []

    def test_a_code_of_a_later_day_is_not_offered_yet(self, office: str) -> None:
        add_theme(office, valid_from="2999-01-01")
        assert codelists.load("theme")["90"].status == codelists.PLANNED
        department = factories.Organization()
        problems = refusal(office_admin(), "package_create", **COMPLETE, owner_org=department["id"], nx_theme=["90"])
        assert "2999-01-01" in str(problems["nx_theme"])

    def test_nobody_else_keeps_lists(self, office: str, app: Any) -> None:
        stranger = factories.User()
        for action in ("nx_code_create", "nx_code_update", "nx_code_retire", "nx_code_restore", "nx_code_change_list"):
            with pytest.raises(tk.NotAuthorized):
                act(stranger["name"], action, codelist="theme", code="90", label_zh="新")
        for address in ("/codelist/theme/add", "/codelist/theme/log", "/codelist/theme/7/edit"):
            app.get(address, status=403)
            app.get(address, headers=token(stranger["name"]), status=403)
        assert "/codelist/theme/add" not in app.get("/codelist/theme").get_data(as_text=True)


def office_admin() -> str:
    return factories.Sysadmin()["name"]


def token(user: str) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=user)["token"]}


class TestRetiring:
    def test_what_has_it_keeps_it_and_nothing_new_takes_it(self, office: str, app: Any) -> None:
        admin, department = office_admin(), factories.Organization()
        dataset = act(admin, "package_create", **COMPLETE, owner_org=department["id"], nx_theme=["1"])
        act(office, "nx_code_retire", codelist="theme", code="1", successor="2", reason="并入医疗卫生")

        act(admin, "package_patch", id=dataset["id"], notes_translated={"zh": "改了摘要"})
        assert act(admin, "package_show", id=dataset["id"])["nx_theme"] == ["1"]
        problems = refusal(
            admin,
            "package_create",
            **(COMPLETE | {"title_translated": {"zh": "另一个"}}),
            owner_org=department["id"],
            nx_theme=["1"],
        )
        assert "2 医疗卫生" in str(problems["nx_theme"])

        form = app.get(f"/dataset/edit/{dataset['name']}", headers=token(admin)).get_data(as_text=True)
        assert "信用服务" in form  # the form keeps what the dataset has
        new = app.get("/dataset/new", headers=token(admin)).get_data(as_text=True)
        assert "信用服务" not in new
        assert "1" in app.get("/codelist/theme/1/edit", headers=token(admin)).get_data(as_text=True)

    def test_a_harvest_takes_the_successor(self, office: str) -> None:
        add_theme(office)
        act(office, "nx_code_retire", codelist="theme", code="1", successor="2")
        act(office, "nx_code_retire", codelist="theme", code="2", successor="90")
        report = FieldReport([], "nx_theme")
        rule = Rule(("theme",), codelist="theme")
        assert as_code(["信用服务"], rule, report) == "90"
        assert as_code(["1"], rule, report) == "90"

    def test_in_every_syntax_it_says_who_takes_its_place(self, office: str, app: Any) -> None:
        act(office, "nx_code_retire", codelist="theme", code="1", successor="2", retired_on="2026-01-01")
        graph = Graph().parse(data=app.get("/codelist/theme.ttl").get_data(as_text=True), format="turtle")
        node = URIRef(f"{SITE}/codelist/theme/1")
        assert (node, OWL.deprecated, Literal(True)) in graph
        assert (node, DCTERMS.isReplacedBy, URIRef(f"{SITE}/codelist/theme/2")) in graph
        rows = list(csv.DictReader(io.StringIO(app.get("/codelist/theme.csv").get_data(as_text=True).lstrip("\ufeff"))))
        assert [(row["status"], row["successor"]) for row in rows if row["code"] == "1"] == [("retired", "2")]
        assert {row["code"]: Code(**row) for row in rows} == codelists.load("theme")

    def test_it_can_be_put_in_force_again_and_is_never_used_for_something_else(self, office: str) -> None:
        add_theme(office)
        act(office, "nx_code_retire", codelist="theme", code="90")
        assert "code" in refusal(office, "nx_code_create", codelist="theme", code="90", label_zh="别的")
        assert "code" in refusal(office, "nx_code_retire", codelist="theme", code="90")
        act(office, "nx_code_restore", codelist="theme", code="90")
        assert codelists.load("theme")["90"].status == codelists.CURRENT
        assert [line["action"] for line in act(office, "nx_code_change_list", codelist="theme", code="90")] == [
            "restore",
            "retire",
            "create",
        ]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"codelist": "region", "code": "640100"}, "code"),
            ({"codelist": "theme", "code": "1", "successor": "1"}, "successor"),
            ({"codelist": "theme", "code": "1", "successor": "nothing"}, "successor"),
            ({"codelist": "theme", "code": "1", "retired_on": "31/12/2026"}, "retired_on"),
        ],
    )
    def test_what_stands_against_it_is_told(self, office: str, given: dict[str, Any], field: str) -> None:
        assert field in refusal(office, "nx_code_retire", **given)


def test_the_pages_do_it_without_javascript(office: str, app: Any) -> None:
    headers = token(office)
    form = {"code": "90", "label_zh": "数字经济", "label_en": "", "parent": "", "valid_from": "", "reason": ""}
    bad = app.post("/codelist/theme/add", data=form | {"code": "七"}, headers=headers)
    assert 'value="数字经济"' in bad.get_data(as_text=True)
    app.post("/codelist/theme/add", data=form, headers=headers, status=200)
    address = "/codelist/theme/90/edit"
    renamed = {"step": "update", "label_zh": "数字产业", "label_en": "", "reason": "改名"}
    app.post(address, data=renamed, headers=headers)
    app.post(address, data={"step": "retire", "retired_on": "", "successor": "7", "reason": ""}, headers=headers)
    page = app.get(address, headers=headers).get_data(as_text=True)
    assert "数字经济 → 数字产业" in page
    assert "重新启用" in page
    app.post(address, data={"step": "restore", "reason": ""}, headers=headers)
    assert codelists.load("theme")["90"].status == codelists.CURRENT
    assert app.post(address, data={"step": "delete"}, headers=headers).status_code == 400


def test_a_process_learns_of_what_another_changed(office: str) -> None:
    codelists.load("theme")
    row = {"label_zh": "远方", "label_en": "", "parent": "", "status": "current", "successor": ""}
    model.Session.execute(
        store.AmendedCode.__table__.insert().values(codelist="theme", code="88", valid_from="", retired_on="", **row)
    )
    model.Session.commit()
    assert "88" not in codelists.load("theme")
    store.mark_change()
    assert codelists.label("theme", "88", "zh") == "远方"


codes = st.integers(1, 99).map(str)


@given(st.lists(st.tuples(codes, codes | st.just("")), unique_by=lambda pair: pair[0], max_size=12))
def test_a_chain_of_successors_ends(pairs: list[tuple[str, str]]) -> None:
    """Whatever the office enters, also a circle: the answer is a code in force, or none."""
    entries = {str(n): Code(str(n), f"名{n}", "", "", "current") for n in range(1, 100)}
    for code, follower in pairs:
        entries[code] = Code(code, "名", "", "", "retired", successor=follower, retired_on="2020-01-01")
    codelists.amend_from(lambda: str(pairs), lambda: {"theme": entries})
    try:
        for code in entries:
            found = codelists.successor("theme", code)
            assert not found or codelists.load("theme")[found].status == codelists.CURRENT
    finally:
        codelists.amend_from(store.read_version, store.read_amendments)


def test_every_list_that_is_kept_says_how_its_codes_look() -> None:
    for name, form in rules.editable().items():
        entries = codelists.read_file(name)
        assert form.source["zh"]
        assert form.source["en"]
        for entry in entries.values():
            depth = len(codelists.path_to(entries, entry.code)) - 1
            assert re.fullmatch(form.codes[depth]["pattern"], entry.code) or entry.code == "640000-ND", entry
        assert all(re.fullmatch(look["pattern"], look["example"].split(", ")[0]) for look in form.codes)
        assert not [entry.code for entry in entries.values() if rules.check_labels(entries, entry)]
