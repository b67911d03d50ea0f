"""Uploaded files keep their Chinese names."""

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

NAME = "宁夏5A级景区名录（2024年）.csv"
CONTENT = "名称,等级\n沙湖,5A\n".encode("gb18030")


@pytest.fixture
def resource(call: Callable[..., Any]) -> dict:
    department = factories.Organization(title="文化和旅游厅")
    dataset = call("package_create", title="景区名录", notes="名录", owner_org=department["id"])
    upload = FileStorage(io.BytesIO(CONTENT), filename=NAME, content_type="text/csv")
    return call("resource_create", package_id=dataset["id"], name="名录", url="upload", upload=upload)


def test_the_address_ends_in_the_original_name(resource: dict, call: Callable[..., Any]) -> None:
    shown = call("resource_show", id=resource["id"])
    assert unquote(shown["url"]).endswith(f"/download/{NAME}")


def test_the_download_has_the_original_name_and_bytes(app: Any, resource: dict, call: Callable[..., Any]) -> None:
    response = app.get(urlsplit(call("resource_show", id=resource["id"])["url"]).path)
    assert response.data == CONTENT
    disposition = response.headers["Content-Disposition"]
    assert unquote(disposition.partition("filename*=UTF-8''")[2].partition(";")[0]) == NAME


def test_an_update_of_the_dataset_keeps_the_file(app: Any, resource: dict, call: Callable[..., Any]) -> None:
    call("package_patch", id=resource["package_id"], notes="改过的摘要")
    call("resource_patch", id=resource["id"], description="说明")
    response = app.get(urlsplit(call("resource_show", id=resource["id"])["url"]).path)
    assert response.data == CONTENT
