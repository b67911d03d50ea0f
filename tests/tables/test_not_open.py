"""A column that is declared not open is not published: at no door, and its department is told."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from ckan.tests import factories, helpers
from openpyxl import Workbook, load_workbook

from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.tables.declared.comparison import compare
from ckanext.nxopendata.tables.reader.columns import Column

from .conftest import work

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]

ITEMS = [
    {"name": "名称", "type": "C", "is_open": "1"},
    {"name": "人数", "type": "D", "is_open": "1"},
    {"name": "联系人", "type": "C", "is_open": "0"},
    {"name": "面积", "type": "N", "is_open": "1"},
]
TEXT = "名称,人数,联系人,备注\n甲馆,10,张三丰,a\n乙馆,20,张三丰,b\n合计,30,张三丰,\n注：联系人可电询,,,\n"
SECRET = "张三丰"


@pytest.fixture
def file(dataset: dict[str, Any], upload: Call, call: Call) -> dict[str, Any]:
    call("package_patch", id=dataset["id"], nx_items=ITEMS)
    return upload(dataset, "名录.csv", TEXT)


def doors(dataset: dict[str, Any], file: dict[str, Any]) -> dict[str, str]:
    page = f"/dataset/{dataset['name']}/resource/{file['id']}"
    api = "/api/3/action"
    return {
        "page": page,
        "dataset": f"/dataset/{dataset['name']}",
        "original": f"{page}/download/{quote('名录.csv')}",
        **{ending: f"{page}/data.{ending}" for ending in ("csv", "xlsx", "json", "jsonl", "xml", "parquet")},
        **{f"dump {kind}": f"/datastore/dump/{file['id']}?format={kind}" for kind in ("csv", "tsv", "json", "xml")},
        "search": f"{api}/datastore_search?resource_id={file['id']}",
        "word": f"{api}/datastore_search?resource_id={file['id']}&q={quote('张三')}",
        "info": f"{api}/datastore_info?id={file['id']}",
        "table": f"{api}/nx_table_show?id={file['id']}",
        "rows": f"{api}/nx_table_search?id={file['id']}",
        "profile": f"{api}/nx_table_profile_show?id={file['id']}",
        "chart": f"{api}/nx_table_chart?id={file['id']}&by={quote('联系人')}",
        "resource": f"{api}/resource_show?id={file['id']}",
        "package": f"{api}/package_show?id={dataset['id']}",
    }


def leaks(app: Any, dataset: dict[str, Any], file: dict[str, Any]) -> list[str]:
    found = []
    for name, path in doors(dataset, file).items():
        answer = app.get(path, status=None)
        data = answer.data
        if name == "xlsx" and answer.status_code == 200:
            sheets = load_workbook(io.BytesIO(data)).worksheets
            data = str([[cell.value for cell in row] for sheet in sheets for row in sheet.iter_rows()]).encode()
        if SECRET.encode() in data or SECRET.encode("unicode-escape") in data:
            found.append(name)
    return found


def test_no_door_gives_it_away(dataset: dict[str, Any], file: dict[str, Any], app: Any, call: Call) -> None:
    assert leaks(app, dataset, file) == []
    page = f"/dataset/{dataset['name']}/resource/{file['id']}"
    assert app.get(f"{page}/download/{quote('名录.csv')}", status=None).status_code == 403
    assert app.get(f"{page}/data.csv").data.decode().splitlines()[0] == "名称,人数,备注"
    # Whoever edits the dataset has the file, and no cache keeps it.
    editor = factories.UserWithToken()
    call("organization_member_create", id=dataset["owner_org"], username=editor["name"], role="editor")
    answer = app.get(f"{page}/download/{quote('名录.csv')}", headers={"Authorization": editor["token"]})
    assert SECRET in answer.data.decode() and "no-store" in answer.headers["Cache-Control"]


def test_nothing_is_given_while_it_is_not_known_what_a_file_holds(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    file = upload(dataset, "名录.csv", TEXT)
    assert "original" in leaks(app, dataset, file)  # nothing is declared yet
    call("package_patch", id=dataset["id"], nx_items=ITEMS)
    assert leaks(app, dataset, file) == []  # the table still has the column, the worker has not come yet
    work()
    assert leaks(app, dataset, file) == []
    broken = upload(dataset, "坏.xlsx", b"PK\x03\x04" + SECRET.encode())
    assert (
        app.get(f"/dataset/{dataset['name']}/resource/{broken['id']}/download/x.xlsx", status=None).status_code == 403
    )


def test_publication_is_refused_until_the_department_decides(
    dataset: dict[str, Any], file: dict[str, Any], call: Call
) -> None:
    shown = call("package_show", id=dataset["id"])
    (objection,) = objections.find_objections(shown)
    assert "联系人" in objection and "名录.csv" in objection
    call("nx_table_plan_update", id=file["id"], plan={"closed": "cut"})
    work()
    assert objections.find_objections(shown) == []
    assert call("nx_table_plan_show", id=file["id"])["not_open"] == ["联系人"]


def test_differences_to_the_declared_items_are_told(file: dict[str, Any], call: Call) -> None:
    found = call("nx_table_plan_show", id=file["id"])["differences"]
    assert [(one["code"], one["name"]) for one in found] == [
        ("not_open", "联系人"),
        ("type", "人数"),
        ("missing", "面积"),
        ("extra", "备注"),
    ]


def test_the_page_shows_the_differences_and_takes_the_choice(app: Any, file: dict[str, Any]) -> None:
    headers = {"Authorization": factories.APIToken(user=factories.Sysadmin()["name"])["token"]}
    url = f"/en/dataset/{file['package_id']}/resource/{file['id']}/plan"
    page = app.get(url, headers=headers).body
    assert "“面积” is declared, but the file has no such column" in page
    app.post(url, headers=headers, data={"closed": "cut"}, follow_redirects=False)
    assert helpers.call_action("nx_table_plan_show", id=file["id"])["given"] == {"closed": "cut"}


def test_an_item_that_is_not_shared_is_told() -> None:
    items = [{"name": "名称", "type": "C", "share_type": "3"}]
    (difference,) = compare(items, [Column("名称", "名称", "text", item="名称")], [])
    assert difference.code == "not_shared"


def _hide_column(sheet: Any, book: Any) -> None:
    sheet.column_dimensions["C"].hidden = True


def _hide_sheet(sheet: Any, book: Any) -> None:
    other = book.create_sheet("底稿")
    for row in sheet.iter_rows(values_only=True):
        other.append(row)
    other.sheet_state = "hidden"
    sheet.delete_cols(3)


def _second_sheet(sheet: Any, book: Any) -> None:
    _hide_sheet(sheet, book)
    book["底稿"].sheet_state = "visible"


@pytest.mark.parametrize("hide", [_hide_column, _hide_sheet, _second_sheet])
def test_parts_of_a_workbook_that_make_no_table_are_searched_for_such_columns(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any, hide: Callable[[Any, Any], None]
) -> None:
    call("package_patch", id=dataset["id"], nx_items=ITEMS)
    book = Workbook()
    sheet = book.active
    for line in TEXT.splitlines()[:3]:
        sheet.append(line.split(","))
    hide(sheet, book)
    out = io.BytesIO()
    book.save(out)
    file = upload(dataset, "名录.xlsx", out.getvalue())
    assert call("nx_table_plan_show", id=file["id"])["not_open"] == ["联系人"]
    assert leaks(app, dataset, file) == []
    original = app.get(f"/dataset/{dataset['name']}/resource/{file['id']}/download/{quote('名录.xlsx')}", status=None)
    assert original.status_code in (403, 404)
    assert objections.find_objections(call("package_show", id=dataset["id"]))
