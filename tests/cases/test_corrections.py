"""A correction points at a cell or a field of the entry, marks it while open, and names the change that mended it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.core.caching import page_cache
from tests.caches import finish_settling
from tests.cases.conftest import CaseSite
from tests.statements import statements
from tests.tables import conftest as tables

WRONG = {"place": "第 1 行，等级", "present": "5A", "proposed": "4A", "evidence": "文旅部公告"}
OPEN = {"nx_open_condition": "", "license_id": "nx-open-1.0"}


def report(town: CaseSite, **answers: Any) -> dict[str, Any]:
    more = {"resource": answers.pop("resource")} if "resource" in answers else {}
    return town.apply(kind="correction", answers=WRONG | answers, **more)


def test_a_cell_is_reported_marked_and_mended_by_a_change_that_everybody_sees(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    town.root("package_patch", id="jingqu", **OPEN)
    tables.work()
    page = f"/dataset/jingqu/resource/{uploaded['id']}"
    row = app.get(f"{page}?row=1").body
    links = [unescape(link) for link in re.findall(r'href="([^"]*/case/new/correction[^"]+)"', row)]
    link = next(link for link in links if "column=%E7%AD%89%E7%BA%A7" in link)
    form = app.get(link, headers=town.headers("applicant")).body
    for name, value in (("column", "等级"), ("row", "1"), ("present", "5A")):
        assert re.search(f'value="{value}"[^>]*id="field-{name}"', form), name
    assert f'name="resource" value="{uploaded["id"]}"' in form
    case = report(town, resource=uploaded["id"], column="等级", row="1")
    assert case["answers"]["row"] == 1
    for address in (page, f"{page}?row=1", "/dataset/jingqu"):
        body = app.get(address).body
        assert case["number"] in body, address
        assert "文旅部公告" not in body, address  # words of a stranger, which nobody looked at
    assert case["number"] not in app.get(f"{page}?row=2").body
    assert case["number"] in app.get(f"/en{page}").body
    with pytest.raises(tk.ValidationError) as too_early:
        town.step("editor", case, "fix", outcome="fixed", opinion="已更正")
    assert "change" in too_early.value.error_dict
    town.root("package_patch", id="jingqu", nx_provider_unit="资源开发处")
    changes = town.act("editor", "nx_dataset_versions", id="jingqu")["results"]
    form = app.get(f"/case/{case['id']}", headers=town.headers("editor")).body
    assert f'<option value="{changes[0]["id"]}"' in form
    with pytest.raises(tk.ValidationError):  # a change from before the report corrected nothing of it
        answers = {"change": changes[-1]["id"]}
        town.step("editor", case, "fix", outcome="fixed", opinion="已更正", answers=answers)
    fixed = town.step("editor", case, "fix", outcome="fixed", opinion="已更正")
    assert fixed["answers"]["change"] == changes[0]["id"]
    public = next(one for one in json.loads(app.get("/cases.json").body)["results"] if one["number"] == case["number"])
    assert (public["answers"]["change"], public["answers"]["row"]) == (changes[0]["id"], 1)
    register = app.get("/cases").body
    shown = re.search(rf'href="([^"]*/history\?version={changes[0]["id"]})"', register)
    assert shown
    change = app.get(shown[1]).body
    assert "资源开发处" in change and change.count('class="nx-version"') == 1
    assert case["number"] not in app.get(page).body


def test_a_field_of_the_entry_is_reported_and_marked(app: Any, town: CaseSite) -> None:
    town.dataset(nx_provider_unit="资源处")
    case = report(town, item="nx_provider_unit")
    body = app.get("/dataset/jingqu").body
    assert body.count(case["number"]) >= 2 and "nx-cell-mark" in body
    town.step("editor", case, "forward", opinion="已转资源处核实", answers={"source_department": "tjj"})
    for who in ("applicant", "editor"):
        assert "已转资源处核实" in app.get(f"/case/{case['id']}", headers=town.headers(who)).body
    assert "nx-cell-mark" in app.get("/dataset/jingqu").body
    town.step("editor", case, "reject", outcome="correct", opinion="核实无误")
    assert "nx-cell-mark" not in app.get("/dataset/jingqu").body


def test_visitors_with_a_kept_page_see_at_once_that_files_are_withheld(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, page_cache.PAGE_SECONDS, 60)
    town.dataset()
    objection = town.apply(kind="objection", answers={"right": "privacy", "place": "电话", "reason": "是我的电话"})
    client = app.flask_app.test_client()

    def read() -> tuple[bool, bool]:
        """Whether the page names the objection, and whether it was kept."""
        with statements() as sent:
            body = client.get("/dataset/jingqu", base_url=tk.config["ckan.site_url"]).get_data(as_text=True)
        return objection["number"] in body, not any("nx_case" in one for one in sent)

    def keep() -> None:
        finish_settling()
        for _ in range(3):
            read()

    keep()
    assert read() == (False, True)
    town.step("editor", objection, "accept")
    assert read() == (True, False)
    keep()
    assert read() == (True, True)
    town.step("head", objection, "restore", outcome="unfounded", opinion="是办公电话")
    assert read() == (False, False)


def test_a_place_that_is_not_there_is_refused(town: CaseSite, uploaded: dict[str, Any]) -> None:
    tables.work()
    for wrong, field in (
        ({"column": "<b>电话</b>"}, "column"),
        ({"column": "等级"}, "column"),  # of no file
        ({"resource": uploaded["id"], "row": "3"}, "row"),
        ({"resource": uploaded["id"], "row": "0"}, "row"),
        ({"item": "nx_nothing"}, "item"),
    ):
        with pytest.raises(tk.ValidationError) as refused:
            report(town, **wrong)
        assert field in refused.value.error_dict, wrong
