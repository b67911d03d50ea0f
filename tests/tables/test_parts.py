"""Several tables of one file: each is a file entry of its own, and all follow the file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories
from openpyxl import Workbook
from werkzeug.datastructures import FileStorage

from .conftest import dataset_fields, work, workbook

Call = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PEOPLE = [["地区", "人口"], ["银川市", 290], ["吴忠市", 139], ["固原市", 114]]
MONEY = [["年份", "产值", "税收"], [2022, 51, 7], [2023, 53, 8]]


def write_book(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def file(dataset: dict[str, Any], upload: Call) -> dict[str, Any]:
    return upload(dataset, "年鉴.xlsx", write_book(人口=PEOPLE, 产值=MONEY))


@pytest.fixture
def part(file: dict[str, Any], call: Call) -> dict[str, Any]:
    made = call("nx_table_part_create", id=file["id"], sheet="产值")
    work()
    return made


def replace(call: Call, file: dict[str, Any], content: bytes) -> None:
    upload = FileStorage(stream=io.BytesIO(content), filename="年鉴.xlsx")
    call("resource_patch", id=file["id"], url="年鉴.xlsx", upload=upload)
    work()


def rows_of(call: Call, file: dict[str, Any]) -> list[list[Any]]:
    found = call("datastore_search", resource_id=file["id"], sort="_id")
    return [[record[name] for name in record if name != "_id"] for record in found["records"]]


def test_each_worksheet_is_a_table_with_address_search_and_exports(
    app: Any, dataset: dict[str, Any], file: dict[str, Any], part: dict[str, Any], call: Call
) -> None:
    assert part["name"] == "年鉴 · 产值"
    assert rows_of(call, file) == [["银川市", 290], ["吴忠市", 139], ["固原市", 114]]
    assert rows_of(call, part) == [[2022, 51, 7], [2023, 53, 8]]
    page = app.get(f"/dataset/{dataset['name']}/resource/{part['id']}").body
    assert "年鉴 · 产值" in page and "产值" in page and "2023" in page
    csv = app.get(f"/dataset/{dataset['name']}/resource/{part['id']}/data.csv")
    assert csv.body.splitlines() == ["年份,产值,税收", "2022,51,7", "2023,53,8"]
    assert "%E5%B9%B4%E9%89%B4%20%C2%B7%20%E4%BA%A7%E5%80%BC.csv" in csv.headers["Content-Disposition"]
    found = call("nx_table_search", id=part["id"], conditions=[{"column": "年份", "operator": "is", "value": "2023"}])
    assert [record["产值"] for record in found["records"]] == [53]


def test_the_tables_follow_new_versions_of_the_file(file: dict[str, Any], part: dict[str, Any], call: Call) -> None:
    replace(call, file, write_book(人口=PEOPLE[:3], 产值=[*MONEY, [2024, 55, 9]]))
    assert len(rows_of(call, file)) == 2
    assert rows_of(call, part)[-1] == [2024, 55, 9]


def test_a_worksheet_that_is_gone_is_told_and_not_guessed_anew(
    file: dict[str, Any], part: dict[str, Any], call: Call
) -> None:
    replace(call, file, write_book(人口=PEOPLE))
    shown = call("nx_table_show", id=part["id"])
    assert (shown["state"], shown["code"]) == ("failed", "plan")
    assert len(rows_of(call, file)) == 3


def test_a_table_is_withdrawn_alone_and_all_go_with_the_file(
    dataset: dict[str, Any], file: dict[str, Any], part: dict[str, Any], call: Call
) -> None:
    call("resource_delete", id=part["id"])
    work()
    with pytest.raises(tk.ObjectNotFound):
        rows_of(call, part)
    assert len(rows_of(call, file)) == 3
    again = call("nx_table_part_create", id=file["id"], sheet="产值")
    work()
    call("nx_table_part_create", id=file["id"], sheet="人口", area="1:3")
    call("resource_delete", id=file["id"])
    work()
    assert call("package_show", id=dataset["id"])["resources"] == []
    with pytest.raises(tk.ObjectNotFound):
        rows_of(call, again)


@pytest.mark.parametrize("way", ["left out", "a link", "another's"])
def test_a_table_goes_with_its_file_however_the_dataset_is_written(
    dataset: dict[str, Any], file: dict[str, Any], part: dict[str, Any], upload: Call, call: Call, way: str
) -> None:
    other = upload(dataset, "年鉴二.xlsx", write_book(人口=MONEY, 产值=PEOPLE)) if way == "another's" else None
    whole = call("package_show", id=dataset["id"])
    own = {entry["id"]: entry for entry in whole["resources"]}
    if way == "left out":
        del own[file["id"]]
    elif way == "a link":
        own[file["id"]] |= {"url_type": "", "url": "https://example.org/x.xlsx"}
    else:
        own[part["id"]]["nx_part_of"] = other and other["id"]
    call("package_update", **(whole | {"resources": list(own.values())}))
    work()
    left = {entry["id"] for entry in call("package_show", id=dataset["id"])["resources"]}
    if other is not None:  # it is a table of the file that it names now
        assert rows_of(call, part) == PEOPLE[1:]
        return
    assert part["id"] not in left
    with pytest.raises(tk.ObjectNotFound):
        rows_of(call, part)


def test_two_tables_of_one_sheet(dataset: dict[str, Any], upload: Call, call: Call) -> None:
    file = upload(dataset, "两表.xlsx", workbook([*PEOPLE, [], *MONEY]))
    shown = call("nx_table_plan_show", id=file["id"])
    second = next(table for table in shown["tables"] if table["area"] == "6:")
    part = call("nx_table_part_create", id=file["id"], area=second["area"])
    call("nx_table_plan_update", id=file["id"], plan={"area": "1:5"})
    work()
    assert rows_of(call, part) == [[2022, 51, 7], [2023, 53, 8]]
    assert rows_of(call, file) == [["银川市", 290], ["吴忠市", 139], ["固原市", 114]]


def test_the_page_of_the_plan_makes_the_table_and_leads_to_it(app: Any, file: dict[str, Any], call: Call) -> None:
    headers = {"Authorization": factories.SysadminWithToken()["token"]}
    address = f"/dataset/{file['package_id']}/resource/{file['id']}/plan"
    assert "产值" in app.get(address, headers=headers).body
    app.post(f"{address}/table", headers=headers, data={"sheet": "产值", "area": ""})
    made = call("nx_table_plan_show", id=file["id"])["tables"]
    assert [table["sheet"] for table in made] == ["产值"] and made[0]["id"]
    assert f"/resource/{made[0]['id']}" in app.get(address, headers=headers).body
    there = app.get(f"/dataset/{file['package_id']}/resource/{made[0]['id']}/plan", headers=headers).body
    assert f"/resource/{file['id']}/plan" in there


@pytest.mark.parametrize(
    "asked", [{"sheet": "没有"}, {"sheet": "人口"}, {}, {"area": "x"}], ids=["none", "the same", "nothing", "wrong"]
)
def test_what_is_no_further_table_is_refused(file: dict[str, Any], call: Call, asked: dict[str, str]) -> None:
    with pytest.raises(tk.ValidationError):
        call("nx_table_part_create", id=file["id"], **asked)


def test_a_table_is_made_once(file: dict[str, Any], part: dict[str, Any], call: Call) -> None:
    with pytest.raises(tk.ValidationError):
        call("nx_table_part_create", id=file["id"], sheet="产值")


def test_a_part_never_shows_the_file_of_another_dataset(
    dataset: dict[str, Any], file: dict[str, Any], call: Call
) -> None:
    fields = dataset_fields(dataset["owner_org"]) | {"title_translated": {"zh": "另一个数据集", "en": "Another"}}
    other = call("package_create", **fields)
    stranger = call("resource_create", package_id=other["id"], url="https://x.example/", nx_part_of=file["id"])
    work()
    assert call("nx_table_show", id=stranger["id"])["state"] == "none"


def test_columns_that_are_not_open_are_cut_from_each_table(
    app: Any, dataset: dict[str, Any], file: dict[str, Any], part: dict[str, Any], call: Call
) -> None:
    items = [{"name": "地区", "type": "C", "is_open": "1"}, {"name": "税收", "type": "N", "is_open": "0"}]
    call("package_patch", id=dataset["id"], nx_items=items)
    page = f"/dataset/{dataset['name']}/resource/{part['id']}"
    waiting = app.get(f"{page}/data.csv", status=None)
    assert waiting.status_code in (403, 404)
    work()
    assert app.get(f"{page}/data.csv").body.splitlines()[0] == "年份,产值"
    whole = app.get(f"/dataset/{dataset['name']}/resource/{file['id']}/download/x.xlsx", status=None)
    assert whole.status_code in (403, 404)  # another worksheet of it has the column
