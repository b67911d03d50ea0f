"""A citizen in Chromium: from pinyin to a worksheet; the same by keyboard, narrow, and accessible. Examples that run.

``NX_PICTURES`` names a folder that gets a picture of each step.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from ckan.tests import factories
from openpyxl import load_workbook
from playwright.sync_api import Page, Request, expect

from ..browser import RULES, chromium
from .conftest import CSV_TEXT, work
from .test_parts import MONEY, PEOPLE, write_book

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")]


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("NX_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']} {one['nodes'][0]['html'][:150]}" for one in found]


def test_a_citizen_finds_scenic_spots_by_pinyin_filters_and_takes_a_worksheet(
    dataset: dict[str, Any], upload: Callable[..., Any], site: str, tmp_path: Path
) -> None:
    file = upload(dataset, "景区名录.csv", CSV_TEXT.encode("gb18030"))
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        strangers: list[str] = []

        def note_stranger(asked: Request) -> None:
            if not asked.url.startswith((site, "data:", "blob:")):
                strangers.append(asked.url)

        page.on("request", note_stranger)
        page.on("pageerror", lambda error: strangers.append(str(error)))

        # By pinyin to the dataset, to the file.
        page.goto(f"{site}/")
        page.locator("#nx-q").first.fill("jingqu")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="宁夏A级旅游景区名录").first.click()
        page.get_by_role("link", name="景区名录.csv").first.click()
        expect(page.locator("tbody tr").first).to_contain_text("沙湖")
        picture(page, "table")
        assert faults(page) == []

        # A filter and an order, without leaving the page.
        page.evaluate("window.stays = true")
        page.locator("summary", has_text="添加筛选条件").click()
        page.get_by_label("列", exact=True).select_option("等级")
        page.get_by_label("条件", exact=True).select_option(label="等于")
        page.get_by_label("值", exact=True).fill("4A")
        page.keyboard.press("Enter")
        expect(page.locator("#nx-table tbody tr")).to_have_count(2)
        # Who goes by the keyboard stays where they were, ready for the next filter.
        expect(page.get_by_label("值", exact=True)).to_be_focused()
        page.get_by_role("link", name="门票价格 (元)", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("th[aria-sort=ascending]")).to_contain_text("门票价格")
        assert page.evaluate("window.stays") and "sort=" in page.url
        picture(page, "filtered")

        # The filtered rows as a worksheet.
        with page.expect_download() as download:
            page.locator("[data-nx-part]").get_by_role("link", name="XLSX").click()
        assert download.value.suggested_filename == "景区名录（部分）.xlsx"
        saved = tmp_path / "saved.xlsx"
        download.value.save_as(saved)
        sheet = load_workbook(saved).worksheets[0]
        assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["贺兰山岩画风景区", "黄沙古渡原生态旅游区"]
        page.go_back()
        expect(page.locator("#nx-table tbody tr")).to_have_count(2)

        # A chart; its address shows it again, and the table from it. The map.
        page.get_by_role("link", name="图表").click()
        expect(page.locator(".nx-picture svg")).to_be_visible()
        picture(page, "chart")
        assert faults(page) == []
        table = page.url
        page.goto(page.locator("#nx-chart-link").get_attribute("href") or "")
        expect(page.locator(".nx-figure-table")).to_contain_text("银川市70")
        assert faults(page) == []
        page.goto(table)
        page.get_by_role("link", name="地图", exact=True).click()
        expect(page.locator(".nx-map-dot")).to_have_count(2)
        assert faults(page) == []
        assert strangers == []

        # English, narrow, dark, without scripts: the same.
        context = browser.new_context(
            viewport={"width": 390, "height": 800}, java_script_enabled=False, color_scheme="dark"
        )
        narrow = context.new_page()
        narrow.goto(f"{site}/en/dataset/{dataset['name']}/resource/{file['id']}")
        narrow.get_by_label("Words in the rows").fill("沙")
        narrow.get_by_role("button", name="Show").click()
        expect(narrow.locator("#nx-table tbody tr")).to_have_count(3)
        picture(narrow, "narrow")
        narrow.get_by_role("link", name="Chart").click()
        expect(narrow.locator(".nx-figure-table")).to_be_visible()
        context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
        narrow = context.new_page()
        for view in ("table", "chart", "map"):
            narrow.goto(f"{site}/en/dataset/{dataset['name']}/resource/{file['id']}?view={view}")
            assert narrow.evaluate("document.documentElement.scrollWidth") == 390
            assert faults(narrow) == []
            picture(narrow, f"narrow-{view}")

        # The examples run as they stand.
        texts = [page.locator(f"#nx-example-{number}").text_content() or "" for number in (1, 2, 4)]
    asked = {"capture_output": True, "text": True, "timeout": 60, "check": True}
    answer = subprocess.run(["bash", "-c", texts[0]], **asked).stdout
    assert json.loads(answer)["result"]["records"][0]["景区名称"]
    assert "景区名称" in subprocess.run([sys.executable, "-X", "utf8", "-c", texts[1]], **asked).stdout
    if node := shutil.which("node"):  # as in a browser's console, which awaits too
        assert "沙湖" in subprocess.run([node, "--input-type=module", "-e", texts[2]], **asked).stdout


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["", "/en"], ids=["zh", "en"])
def test_the_page_of_a_plan_lists_the_further_tables_of_a_file(
    dataset: dict[str, Any], upload: Callable[..., Any], site: str, call: Callable[..., Any], lang: str, width: int
) -> None:
    file = upload(dataset, "年鉴.xlsx", write_book(人口=PEOPLE, 产值=MONEY, 说明=[["本表由统计局编制"]]))
    call("nx_table_part_create", id=file["id"], sheet="产值")
    work()
    token = factories.SysadminWithToken()["token"]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900}, extra_http_headers={"Authorization": token})
        page.goto(f"{site}{lang}/dataset/{dataset['name']}/resource/{file['id']}/plan")
        expect(page.locator("#nx-parts ~ ul li")).to_have_count(2)
        picture(page, f"plan-{lang.strip('/') or 'zh'}-{width}")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("#nx-parts ~ ul a").first.click()
        expect(page.locator("h1")).to_contain_text("年鉴 · 产值")
        picture(page, f"part-{lang.strip('/') or 'zh'}-{width}")
