"""A small portal: two departments, datasets with files as departments write them."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from ckan.lib.redis import connect_to_redis
from openpyxl import Workbook
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.portal.usage import usage_store

CSV_TEXT = "景区名称,等级,行政区划代码\r\n沙湖旅游景区,5A,640221\r\n沙坡头旅游景区,5A,640502\r\n"


@pytest.fixture
def nothing_kept() -> None:
    """Redis as it is on the first day."""
    usage_store.push()
    client: Any = connect_to_redis()
    for key in client.scan_iter("nx:*"):
        client.delete(key)


def workbook_bytes() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.title = "名录"
    for row in (["宁夏5A级旅游景区名录"], ["单位：家"], ["景区名称", "等级", "评定年份"], ["沙湖旅游景区", "5A", 2007]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def departments(call: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Two departments by name."""
    named = {
        "wlt": {"zh": "自治区文化和旅游厅", "en": "Department of Culture and Tourism"},
        "tjj": {"zh": "自治区统计局", "en": "Statistics Bureau"},
    }
    return {
        name: call("organization_create", name=name, title_translated=title, nx_region="640000", nx_level="province")
        for name, title in named.items()
    }


@pytest.fixture
def create(call: Callable[..., Any], departments: dict[str, dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Make a dataset of ``wlt``; any field can be given."""

    def create_dataset(**fields: Any) -> dict[str, Any]:
        values = {
            "title_translated": {"zh": "宁夏5A级旅游景区名录", "en": "5A scenic areas of Ningxia"},
            "notes_translated": {"zh": "全区5A级旅游景区的名称和等级。", "en": "Names and grades."},
            "owner_org": departments["wlt"]["id"],
            "license_id": "cc-by-4.0",
            "nx_is_open": "1",
            "nx_share_type": "1",
            "nx_update_cycle": "6",
            "nx_theme": ["nx-tourism", "18"],
            "nx_region": "640100",
            "nx_publish_date": "2026-01-05",
            "nx_contact_email": "wlt@nx.example",
            "nx_items": [{"name": "景区名称", "name_en": "name", "type": "C", "length": "80"}],
            "tags": [{"name": "旅游景区"}],
        }
        return call("package_create", **(values | fields))

    return create_dataset


@pytest.fixture
def upload(call: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Add a file to a dataset: ``upload(dataset, "名录.csv", bytes)``."""

    def upload_file(dataset: dict[str, Any], name: str, content: bytes, **fields: Any) -> dict[str, Any]:
        file = FileStorage(stream=io.BytesIO(content), filename=name)
        kind = name.rpartition(".")[2].upper()
        values = {"package_id": dataset["id"], "url": name, "name": name, "format": kind, "upload": file}
        return call("resource_create", **(values | fields))

    return upload_file


@pytest.fixture
def scenic(create: Callable[..., dict[str, Any]], upload: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A dataset with a CSV file in GB18030 and a workbook; the files stand under ``csv`` and ``xlsx``."""
    dataset = create()
    files = {
        "csv": upload(dataset, "景区名录.csv", CSV_TEXT.encode("gb18030")),
        "xlsx": upload(dataset, "景区名录.xlsx", workbook_bytes()),
    }
    return dataset | files
