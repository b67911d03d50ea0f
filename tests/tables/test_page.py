"""The page of a file, its downloads, and who may have them. Without scripts."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from ckan.tests import factories
from lxml import html
from openpyxl import load_workbook

from .conftest import CSV_TEXT, HEADER, SPOTS, workbook

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]


def test_the_page_filters_sorts_pages_draws_and_downloads_without_scripts(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    original = CSV_TEXT.encode("gb18030")
    file = upload(dataset, "景区名录.csv", original)
    many = upload(dataset, "编号.csv", "编号,值\n" + "\n".join(f"{n:04},{n}" for n in range(1, 46)))
    page = f"/dataset/{dataset['name']}/resource/{file['id']}"

    def shown(path: str = page, **asked: Any) -> str:
        return app.get(f"{path}?{urlencode(asked, doseq=True)}").get_data(as_text=True)

    everything = shown()
    assert all(word in everything for word in ("沙湖旅游景区", "水洞沟旅游区", "旺季，元", "datastore_search"))
    narrowed = shown(c=["等级", "门票价格"], o=["is", "ge"], v=["5A", "80"], sort="-门票价格")
    body = narrowed.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "镇北堡" in body and "沙坡头" in body and "沙湖" not in body
    assert 'aria-sort="descending"' in narrowed
    assert "不是数字" in shown(c="门票价格", o="is", v="贵")
    assert "没有符合条件的行" in shown(q="不存在的景区")
    english = app.get(f"/en{page}").get_data(as_text=True)
    assert "Ticket" in english and "6 rows" in english
    # The second page of 20, and a page far behind the last.
    second = f"/dataset/{dataset['name']}/resource/{many['id']}"
    assert "<td>0021</td>" in shown(second, page=2) and "<td>0045</td>" in shown(second, page=99)

    chart = shown(view="chart", x="地级市", y="门票价格", agg="avg", kind="bar")
    table = chart.partition("nx-figure-table")[2]
    assert "银川市" in table and ">70<" in table
    assert "<svg xmlns" in chart and "/c/" in chart.partition('id="nx-chart-link"')[2]
    assert shown(view="map").count("nx-map-dot") == 6

    def download(ending: str, **asked: Any) -> Any:
        return app.get(f"{page}/data.{ending}?{urlencode(asked, doseq=True)}")

    answer = download("csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert (
        answer.headers.get("Content-Length") in (None, str(len(answer.data))) and "Content-Range" not in answer.headers
    )
    tag = {"If-None-Match": answer.headers["ETag"]}
    again = app.get(f"{page}/data.csv", headers=tag, status=None)
    assert (again.status_code, again.data) == (304, b"")
    assert app.get(f"{page}/data.csv?sort={quote('等级')}", headers=tag).status_code == 200
    rows = list(csv.reader(io.StringIO(answer.data.decode())))
    assert (len(rows), rows[1][2]) == (7, "640221")
    assert unquote(answer.headers["Content-Disposition"]).endswith("景区名录.csv")
    assert 'rel="license"' in answer.headers["Link"]  # licence and credit go with every file
    assert download("csv", bom=1).data.startswith(b"\xef\xbb\xbf")
    assert download("csv", bom="null").status_code == 400
    part = download("json", c="等级", o="is", v="4A", sort="景区名称")
    assert [record["景区名称"] for record in json.loads(part.data)] == ["贺兰山岩画风景区", "黄沙古渡原生态旅游区"]
    sheet = load_workbook(io.BytesIO(download("xlsx").data)).worksheets[0]
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("640221", "s")
    assert download("parquet").data[:4] == b"PAR1"
    assert download("xml").data.startswith(b"<?xml")
    assert download("exe").status_code == 404
    assert download("csv", c="门票价格", o="is", v="贵").status_code == 400
    # What the department sent stays as it was, byte for byte.
    assert app.get(f"{page}/download/{quote('景区名录.csv')}").data == original


def test_every_way_to_the_rows_obeys_licence_and_privacy(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    file = upload(dataset, "景区名录.csv", CSV_TEXT.encode())
    page = f"/dataset/{dataset['name']}/resource/{file['id']}"
    ways = {
        "page": page,
        "chart": f"{page}?view=chart&x={quote('景区名称')}",
        "map": f"{page}?view=map",
        **{ending: f"{page}/data.{ending}" for ending in ("csv", "xlsx", "json", "jsonl", "xml", "parquet")},
        "search": f"/api/3/action/datastore_search?resource_id={file['id']}",
        "ours": f"/api/3/action/nx_table_search?id={file['id']}",
        "groups": f"/api/3/action/nx_table_chart?id={file['id']}&by={quote('景区名称')}",
        "dump": f"/datastore/dump/{file['id']}",
    }
    word = "沙湖旅游景区"

    def leaks(who: dict[str, str] | None = None) -> list[str]:
        found = []
        for name, path in ways.items():
            answer = app.get(path, headers=who or {}, status=None)
            text = answer.get_data(as_text=True) if name not in ("xlsx", "parquet") else ""
            escaped = word.encode("unicode-escape").decode()
            if word in text or escaped in text or (name in ("xlsx", "parquet") and answer.status_code == 200):
                found.append(name)
        return found

    assert set(leaks()) == set(ways)
    call(
        "package_patch",
        id=dataset["id"],
        nx_open_condition="签订协议后开放",
        license_id="nx-conditional-1.0",
    )
    assert leaks() == []
    assert app.get(f"{page}/data.csv", status=None).status_code == 403
    call("package_patch", id=dataset["id"], nx_open_condition="", license_id="cc-by-4.0", private=True)
    assert leaks() == []
    member = factories.UserWithToken()
    call("organization_member_create", id=dataset["owner_org"], username=member["name"], role="editor")
    assert set(leaks({"Authorization": member["token"]})) == set(ways)
    stranger = factories.UserWithToken()
    assert leaks({"Authorization": stranger["token"]}) == []
    answer = app.post(
        "/api/3/action/nx_table_load",
        params={"id": file["id"]},
        headers={"Authorization": stranger["token"]},
        status=None,
    )
    assert answer.status_code == 404


def test_formats_of_one_content_are_one_file_that_says_what_each_holds_and_others_are_not(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    upload(dataset, "景区名录.csv", CSV_TEXT.encode("gb18030"))
    upload(dataset, "景区名录.xlsx", workbook([list(HEADER), *map(list, SPOTS)]))
    upload(
        dataset, "景区名录.json", json.dumps([{"景区名称": "沙湖", "等级": "5A"}, {"景区名称": "沙坡头", "等级": "5A"}])
    )
    page = html.fromstring(app.get(f"/dataset/{dataset['name']}").get_data(as_text=True))
    files = [" ".join(one.text_content().split()) for one in page.xpath("//li[@class='nx-file']")]
    assert len(files) == 2
    facts = [
        " ".join(one.text_content().split())
        for one in page.xpath("//li[@class='nx-file'][1]//p[@class='nx-file-facts']")
    ]
    assert "CSV" in facts[0] and "6 行" in facts[0] and "GB18030" in facts[0]
    assert "XLSX" in facts[1] and "6 行" in facts[1] and "GB18030" not in facts[1]
    assert "2 行" in files[1]


def test_a_file_that_is_not_released_offers_no_command_that_ends_in_a_refusal(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    file = upload(dataset, "说明.xml", "<说明>景区开放时间</说明>")
    page = f"/dataset/{dataset['name']}/resource/{file['id']}"
    assert "curl -L" in app.get(page).get_data(as_text=True)
    call("package_patch", id=dataset["id"], license_id="nx-conditional-1.0", nx_open_condition="须签协议")
    closed = app.get(page).get_data(as_text=True)
    assert "curl -L" not in closed and "/case/new/application?dataset=" in closed
    assert f"{page}/download" not in closed
