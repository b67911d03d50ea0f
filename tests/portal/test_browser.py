"""The pages in Chromium: accessibility, width, no requests elsewhere, and reading without JavaScript.

``NX_PICTURES`` names a folder that gets a picture of every page.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from ckan.tests import factories
from playwright.sync_api import Browser, Page

from ..browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")]


@pytest.fixture
def pages(scenic: dict[str, Any], create: Callable[..., dict[str, Any]]) -> dict[str, str]:
    """Name -> path of every kind of page."""
    create(
        title_translated={"zh": "只有中文名称的数据集"},
        nx_open_condition="签订协议后开放",
        license_id="nx-conditional-1.0",
        notes_translated={"zh": "摘要"},
    )
    dataset = f"/dataset/{scenic['name']}"
    return {
        "home": "/",
        "results": "/dataset/?q=景区",
        "chosen": "/dataset/?nx_theme=18&res_format=CSV",
        "nothing": "/dataset/?q=qwertyuiop",
        "dataset": dataset,
        "csv": f"{dataset}/resource/{scenic['csv']['id']}",
        "xlsx": f"{dataset}/resource/{scenic['xlsx']['id']}",
        "departments": "/organization/",
        "department": "/organization/wlt",
        "statistics": "/statistics",
        "developers": "/developers",
        "help": "/help",
        "about": "/about",
        "licences": "/licence",
        "licence": "/licence/cc-by-4.0",
        "assistant": "/licence-assistant",
        "basket": "/basket",
        "login": "/user/login",
        "reset": "/user/reset",
        "missing": "/no-such-page",
    }


def visit(browser: Browser, site: str, pages: dict[str, str], language: str, scheme: str, width: int) -> list[str]:
    """Look at every page; what is wrong, one line each."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda asked: asked.url.startswith((site, "data:")) or wrong.append(f"asks {asked.url}"))
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    for name, path in pages.items():
        page.goto(f"{site}{'/en' if language == 'en' else ''}{path}", wait_until="load")
        found = Axe().run(page, options=RULES).response["violations"]
        wrong += [f"{name}: {one['id']} {one['nodes'][0]['html'][:150]}" for one in found]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{name}: {wide} px wide on a screen of {width}")
        if folder := os.environ.get("NX_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{language}-{scheme}-{width}.png", full_page=True)
    context.close()
    return wrong


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("zh", "light", 1280), ("zh", "dark", 390), ("en", "light", 390), ("en", "dark", 1280)],
)
def test_every_page_is_accessible_fits_and_asks_nobody_else(
    browser: Browser, site: str, pages: dict[str, str], language: str, scheme: str, width: int
) -> None:
    wrong = visit(browser, site, pages, language, scheme, width)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_workbench_fits_too(browser: Browser, site: str, scenic: dict[str, Any], width: int) -> None:
    """Pages for staff are CKAN's own; they must at least fit the screen and keep their contrast."""
    factories.Sysadmin(name="officer", password="officer-officer-1")
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark").new_page()
    page.goto(f"{site}/user/login")
    page.fill("#field-login", "officer")
    page.fill("#field-password", "officer-officer-1")
    page.click("main button[type=submit]")
    wrong = []
    for path in ("/dashboard/datasets", f"/dataset/edit/{scenic['name']}", "/organization/new", "/user/edit/officer"):
        page.goto(f"{site}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{path}: {wide} px"] if wide > width else []
        found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
        wrong += [f"{path}: {node['html'][:120]}" for violation in found for node in violation["nodes"]]
    assert not wrong, "\n".join(wrong)


class TestWithoutScript:
    @pytest.fixture
    def page(self, browser: Browser) -> Iterator[Page]:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
        yield context.new_page()
        context.close()

    def test_a_citizen_finds_reads_and_downloads(self, page: Page, site: str, scenic: dict[str, Any]) -> None:
        page.goto(site)
        page.fill("main input[type=search]", "景区")
        page.click("main form[role=search] button")
        page.click("text=宁夏5A级旅游景区名录")
        page.click("ul.nx-files a.nx-button-quiet >> nth=0")
        assert page.locator("table.nx-table-data tbody td").first.inner_text() == "沙湖旅游景区"
        with page.expect_download() as download:
            page.click("a.nx-button[download]")
        assert Path(download.value.path()).read_bytes().decode("gb18030").startswith("景区名称")

    def test_the_menu_and_the_filters_open(self, page: Page, site: str, scenic: dict[str, Any]) -> None:
        page.goto(f"{site}/dataset/")
        menu = page.locator("header nav a").first
        assert not menu.is_visible()
        page.check("#nx-menu-state")
        assert menu.is_visible()
        page.check("#nx-filter-state")
        page.click("text=文化旅游")
        assert "nx_theme=nx-tourism" in page.url


def test_the_first_tab_skips_to_the_content(browser: Browser, site: str, scenic: dict[str, Any]) -> None:
    page = browser.new_page()
    page.goto(f"{site}/dataset/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_language_switch_keeps_page_and_search(browser: Browser, site: str, scenic: dict[str, Any]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site}/dataset/?q=景区&res_format=CSV")
    page.click("header >> text=English")
    assert page.url.startswith(f"{site}/en/dataset/?")
    assert page.locator(".nx-chosen a").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
