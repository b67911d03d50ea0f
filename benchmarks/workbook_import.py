"""A department's catalogue of 5,000 rows as workbook: preview and import, beside ``package_create`` on the same data.

    NX_TEST_INSTANCE=bench deployment/test benchmarks/workbook_import.py -q -s -p no:cacheprovider

The workbook looks like a department's: ``NX_BENCH_ROWS`` rows (default 5,000), one an information item, 6 to 11 a
dataset. It is imported through the two actions in the name of an editor, progress and report included; of the same
datasets ``NX_BENCH_ACTIONS`` (default 60) are created one by one. Prints seconds, rates and their ratio.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import clean_db  # noqa: F401  a fixture: the database with the tables of our plugins
from tests.exchange.samples import DATASET

ROWS = int(os.environ.get("NX_BENCH_ROWS", "5000"))
ACTIONS = int(os.environ.get("NX_BENCH_ACTIONS", "60"))
MOST_SECONDS = 60
"""The promise for 5,000 rows: preview and import together."""

PLACES = ("银川市", "石嘴山市", "吴忠市", "固原市", "中卫市", "宁东基地")
TOPICS = ("景区名录", "人口统计", "空气质量日报", "公交站点", "学校名录", "医疗机构名录", "用水量统计")


def datasets() -> list[dict[str, Any]]:
    """Datasets whose information items are :data:`ROWS` together."""
    made: list[dict[str, Any]] = []
    left = ROWS
    while left > 0:
        number = len(made)
        place, topic = PLACES[number % len(PLACES)], TOPICS[number % len(TOPICS)]
        title = {"zh": f"{place}{topic}{chr(0x4E00 + number)}编", "en": f"Data {number}"}
        items = [
            {"name": f"信息项{n}", "type": "C", "length": "50", "description": f"{topic}的第{n}项"}
            for n in range(1, min(6 + number % 6, left) + 1)
        ]
        left -= len(items)
        own = {"title_translated": title, "nx_items": items, "nx_resource_code": "", "nx_related_codes": []}
        made.append(DATASET | {"resources": [], "url": ""} | own)
    return made


def clock(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Seconds by the wall and of this process's own computing, and the result."""
    began, computed = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - began, time.process_time() - computed), result


def report(name: str, seconds: tuple[float, float], number: int) -> None:
    wall, own = seconds
    print(
        f"{name:<28}{number:>5} {wall:>8.2f} s {wall / number * 1000:>8.2f} ms each {number / wall:>7.1f} /s"
        f"   computing {own / number * 1000:>7.2f} ms each"
    )


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_workbook_import() -> None:
    from ckan import model
    from ckan.plugins import toolkit as tk
    from ckan.tests import factories, helpers

    from ckanext.nxopendata.exchange import forms
    from ckanext.nxopendata.exchange.workbook import writer

    department = factories.Organization(title_translated={"zh": "自治区文化和旅游厅"})
    editor = factories.User()["name"]
    helpers.call_action("organization_member_create", id=department["id"], username=editor, role="editor")

    def act(action: str, /, **data: Any) -> Any:
        return tk.get_action(action)({"user": editor, "ignore_auth": False}, data)

    wanted = datasets()
    about = {DATASET["owner_org"]: {"title": "自治区文化和旅游厅", "nx_uscc": ""}}
    content = writer.catalogue(forms.load("catalogue"), wanted, about, "自治区文化和旅游厅")
    print(f"\n{ROWS} rows, {len(wanted)} datasets, {len(content) / 1024:.0f} KB")
    sent = {"content": base64.b64encode(content).decode(), "file_name": "目录.xlsx", "background": False}

    preview, shown = clock(lambda: act("nx_catalogue_import_preview", owner_org=department["id"], **sent))
    assert shown["counts"]["create"] == len(wanted), shown["problems"][:3]
    applied, done = clock(lambda: act("nx_catalogue_import_apply", id=shown["id"], background=False))
    assert done["counts"]["create"] == len(wanted), done["problems"][:3]
    assert model.Session.query(model.Package).count() == len(wanted)
    again, unchanged = clock(lambda: act("nx_catalogue_import_preview", owner_org=department["id"], **sent))
    assert unchanged["counts"]["unchanged"] == len(wanted)

    other = factories.Organization(title_translated={"zh": "自治区统计局"})
    helpers.call_action("organization_member_create", id=other["id"], username=editor, role="editor")
    skipped = {"id", "name", "title", "notes", "owner_org", "metadata_modified", "resources", "license_id", "url"}
    plain = [{key: value for key, value in one.items() if key not in skipped and value} for one in wanted[:ACTIONS]]
    actions, _ = clock(lambda: [act("package_create", owner_org=other["id"], **one) for one in plain])

    report("preview", preview, len(wanted))
    report("import", applied, len(wanted))
    report("preview of the same again", again, len(wanted))
    report("package_create, one by one", actions, len(plain))
    ratio = (actions[0] / len(plain)) / (applied[0] / len(wanted))
    print(f"preview and import: {preview[0] + applied[0]:.1f} s; import beside package_create: {ratio:.1f} times")
    if ROWS <= 5000:
        assert preview[0] + applied[0] < MOST_SECONDS
