"""Files as departments write them, and a site with one dataset that has them all, made once a module."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openpyxl import Workbook
from werkzeug.datastructures import FileStorage

SPOTS = [
    ("沙湖旅游景区", "5A", "640221", "石嘴山市", "106.36", "38.80", "60", "2007-05-08"),
    ("沙坡头旅游景区", "5A", "640502", "中卫市", "105.00", "37.47", "80", "2007-05-08"),
    ("镇北堡西部影视城", "5A", "640105", "银川市", "106.07", "38.62", "80", "2011-01-14"),
    ("水洞沟旅游区", "5A", "640181", "银川市", "106.51", "38.29", "60", "2015-10-08"),
    ("黄沙古渡原生态旅游区", "4A", "640122", "银川市", "106.52", "38.58", "", "2011-07-01"),
    ("贺兰山岩画风景区", "4A", "640122", "银川市", "106.01", "38.73", "70", "2008-09-10"),
]
HEADER = ("景区名称", "等级", "行政区划代码", "地级市", "经度", "纬度", "门票价格", "评定日期")
CSV_TEXT = "\r\n".join(",".join(line) for line in (HEADER, *SPOTS)) + "\r\n"


def workbook(rows: list[list[Any]], merged: tuple[str, ...] = (), title: str = "名录") -> bytes:
    """A worksheet with these rows; ``merged`` are ranges like ``A1:C1``."""
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PRINTED = workbook(
    [
        ["宁夏各市常住人口", None, None, None],
        ["单位：人、%", None, None, None],
        ["地区", "常住人口", None, "证件号码"],
        [None, "2010年", "2020年", None],
        ["银川市", 1993088, 2859074, "640102199001011234"],
        ["石嘴山市", 725482, 751389, "640202198512310042"],
        ["合　计", 2718570, 3610463, None],
        ["注：按第七次全国人口普查公报。", None, None, None],
    ],
    ("A1:D1", "A2:D2", "A3:A4", "B3:C3", "D3:D4", "A8:D8"),
)
"""A worksheet as departments print it: title, unit, two header rows, a total, a footnote."""


@pytest.fixture
def dataset(call: Callable[..., Any]) -> dict[str, Any]:
    """A public dataset without files."""
    wlt = call(
        "organization_create",
        name="wlt",
        title_translated={"zh": "自治区文化和旅游厅", "en": "Department of Culture and Tourism"},
        nx_region="640000",
        nx_level="province",
    )
    return call("package_create", **dataset_fields(wlt["id"]))


def dataset_fields(organization: str) -> dict[str, Any]:
    return {
        "title_translated": {"zh": "宁夏A级旅游景区名录", "en": "Scenic areas of Ningxia"},
        "notes_translated": {"zh": "全区A级旅游景区的名称、等级和位置。", "en": "Names, grades and places."},
        "owner_org": organization,
        "license_id": "cc-by-4.0",
        "nx_is_open": "1",
        "nx_share_type": "1",
        "nx_update_cycle": "6",
        "nx_theme": ["nx-tourism"],
        "nx_region": "640000",
        "nx_publish_date": "2026-01-05",
        "nx_contact_email": "wlt@nx.example",
        "nx_items": [
            {"name": "景区名称", "name_en": "name", "type": "C", "length": "80", "description": "全称"},
            {"name": "门票价格", "name_en": "ticket", "type": "N", "length": "6,2", "description": "旺季，元"},
        ],
        "tags": [{"name": "旅游景区"}],
    }


@pytest.fixture
def upload(call: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Add a file to a dataset and load it: ``upload(dataset, "名录.csv", bytes)``."""
    from ckanext.nxopendata.tables import jobs

    def upload_file(dataset: dict[str, Any], name: str, content: bytes | str, **fields: Any) -> dict[str, Any]:
        data = content.encode() if isinstance(content, str) else content
        file = FileStorage(stream=io.BytesIO(data), filename=name)
        kind = name.rpartition(".")[2].upper()
        values = {"package_id": dataset["id"], "url": name, "name": name, "format": kind, "upload": file}
        resource = call("resource_create", **(values | fields))
        work()
        assert jobs
        return resource

    return upload_file


def work() -> None:
    """Do what waits in the queue, as a worker does; jobs of other rooms are left."""
    from ckan.lib import jobs as queue

    waiting = queue.get_queue()
    while found := [job for job in waiting.jobs if ".tables.jobs." in job.func_name]:
        for job in found:
            waiting.remove(job)
            job.perform()


@pytest.fixture(autouse=True)
def _empty_queue(request: pytest.FixtureRequest) -> Iterator[None]:
    if "clean_db" in request.fixturenames:
        from ckan.lib import jobs as queue

        queue.get_queue().empty()
    yield
