"""Workbooks of made-up datasets, and mistakes to plant in them."""

import io
from typing import Any

from openpyxl import load_workbook

from ckanext.nxopendata.exchange import forms
from ckanext.nxopendata.exchange.workbook import writer

from .samples import DATASET

FORM = forms.load("catalogue")
ABOUT = {"title": "自治区文化和旅游厅", "nx_uscc": "91110000600037341L"}


def numbered(number: int, **fields: Any) -> dict[str, Any]:
    own = {"title_translated": {"zh": f"宁夏景区名录第{number}期"}, "nx_resource_code": "", "nx_related_codes": []}
    return DATASET | {"resources": [], "url": ""} | own | fields


def workbook(*datasets: dict[str, Any]) -> bytes:
    return writer.catalogue(FORM, datasets, {DATASET["owner_org"]: ABOUT}, ABOUT["title"])


def changed(content: bytes, cells: dict[str, Any]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        book[FORM.sheet][place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def letter(key: str) -> str:
    return writer.get_column_letter([column.key for column in FORM.columns].index(key) + 1)


PLANTED: list[dict[str, Any]] = [
    {"title": None},
    {"notes": None},
    {"share_type": "部分共享"},
    {"update_cycle": "每世纪"},
    {"publish_date": "2024-13-40"},
    {"publish_date": "2999-01-01"},
    {"item_type": "文字"},
    {"item_name": None},
    {"is_open": "也许"},
    {"provider": "自治区统计局"},
]
