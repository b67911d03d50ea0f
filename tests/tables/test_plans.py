"""The reading plan of a file: shown to who edits it, obeyed, kept for later versions, refused where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

from .conftest import work

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]

TEXT = "地区,人数\n银川,10\n固原,20\n合计,30\n"
SYSTEM = "名称,xmin,ctid,rank,比重%\n甲,1,2,3,5\n乙,1,3,3,5\n丙,1,4,3,5\n"


@pytest.fixture
def file(dataset: dict[str, Any], upload: Call) -> dict[str, Any]:
    return upload(dataset, "表.csv", TEXT.encode())


def total(file: dict[str, Any]) -> int:
    return helpers.call_action("nx_table_search", id=file["id"])["total"]


def test_rows_set_aside_are_taken_in_and_stay_in(file: dict[str, Any], call: Call) -> None:
    shown = call("nx_table_plan_show", id=file["id"])
    assert (total(file), shown["set_aside"]) == (2, [{"line": 4, "reason": "total", "cells": ["合计", "30"]}])
    assert shown["plan"]["header_lines"] == [1] and shown["given"] == {}
    call("nx_table_plan_update", id=file["id"], plan={"take_in": ["total"]})
    work()
    assert total(file) == 3
    call("nx_table_load", id=file["id"])
    work()
    assert total(file) == 3


def test_one_of_several_tables_of_a_sheet_is_chosen_and_shown(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    content = "地区,人数\n银川,10\n固原,20\n\n企业,资本,法人\n甲,100,张\n乙,200,李\n"
    file = upload(dataset, "两张表.csv", content.encode())
    shown = call("nx_table_plan_show", id=file["id"])
    assert (total(file), shown["areas"], shown["plan"]["area"]) == (5, ["1:4", "5:"], "")
    call("nx_table_plan_update", id=file["id"], plan={"area": "5:"})
    work()
    shown = call("nx_table_plan_show", id=file["id"])
    assert (total(file), shown["areas"], shown["plan"]["area"]) == (2, ["1:4", "5:"], "5:")
    assert [column["header"] for column in shown["columns"]] == ["企业", "资本", "法人"]
    headers = {"Authorization": factories.SysadminWithToken()["token"]}
    page = app.get(f"/dataset/{dataset['name']}/resource/{file['id']}/plan", headers=headers).body
    assert 'value="5:"' in page and "1:4" in page


def test_what_is_said_of_a_column_is_in_its_dictionary(file: dict[str, Any], call: Call) -> None:
    columns = [{"header": "人数", "label": "常住人口", "type": "text", "unit": "人", "role": "measure"}]
    call("nx_table_plan_update", id=file["id"], plan={"columns": columns})
    work()
    column = call("nx_table_show", id=file["id"])["columns"][1]
    assert [column[name] for name in ("label", "type", "unit", "role")] == ["常住人口", "text", "人", "measure"]


def test_a_file_that_no_longer_fits_says_so(file: dict[str, Any], call: Call) -> None:
    call("nx_table_plan_update", id=file["id"], plan={"headers": ["地市"]})
    work()
    shown = call("nx_table_show", id=file["id"])
    assert (shown["state"], shown["code"]) == ("failed", "plan")
    assert "地市" in shown["message"]


def test_a_wrong_plan_is_refused_with_the_name_of_the_value(file: dict[str, Any], call: Call) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        call("nx_table_plan_update", id=file["id"], plan={"take_in": ["everything"]})
    assert "take_in" in str(refused.value.error_dict["plan"]) and "total" in str(refused.value.error_dict["plan"])


@pytest.mark.parametrize("action", ["nx_table_plan_show", "nx_table_plan_update"])
def test_only_who_edits_the_file_sees_and_changes_its_plan(file: dict[str, Any], action: str) -> None:
    for user in ("", factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action(action, {"user": user, "ignore_auth": False}, id=file["id"], plan={})


def test_names_of_postgresql_work_and_sorted_pages_are_complete(dataset: dict[str, Any], upload: Call) -> None:
    file = upload(dataset, "范围.csv", SYSTEM.encode())
    found = helpers.call_action("datastore_search", resource_id=file["id"], sort="xmin_ desc", limit=1)
    assert [field["id"] for field in found["fields"]] == ["_id", "名称", "xmin_", "ctid_", "rank_", "比重％"]
    pages = [
        helpers.call_action("datastore_search", resource_id=file["id"], sort="xmin_ desc", limit=1, offset=n)
        for n in range(3)
    ]
    assert [page["records"][0]["名称"] for page in pages] == ["甲", "乙", "丙"]
    assert helpers.call_action("datastore_search", resource_id=file["id"], q="甲")["total"] == 1


def test_the_page_shows_the_file_before_and_after_and_takes_rows_in(app: Any, file: dict[str, Any]) -> None:
    token = factories.APIToken(user=factories.Sysadmin()["name"])["token"]
    headers = {"Authorization": token}
    url = f"/en/dataset/{file['package_id']}/resource/{file['id']}/plan"
    page = app.get(url, headers=headers).body
    assert all(text in page for text in ("First lines of the file", "a total that adds up", "合计 · 30"))
    app.post(url, headers=headers, data={"take_in": "total", "header_lines": "1"}, follow_redirects=False)
    work()
    assert total(file) == 3
    assert "Header lines are numbers" in app.post(url, headers=headers, data={"header_lines": "first"}).body


def test_the_page_is_not_there_for_readers(app: Any, file: dict[str, Any]) -> None:
    assert app.get(f"/dataset/{file['package_id']}/resource/{file['id']}/plan", status=404)
