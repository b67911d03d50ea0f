"""The pages in Chromium: accessibility, width, no requests elsewhere, and reading without JavaScript.

``NX_PICTURES`` names a folder that gets a picture of every page.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from ckan.tests import factories
from playwright.sync_api import Browser, Page, Request, expect

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
        "history": f"{dataset}/history",
        "feedback": f"{dataset}/feedback",
        "subscribe": "/subscribe?q=景区",
        "notices": "/announcement/",
        "help": "/help",
        "site map": "/site-map",
        "about": "/about",
        "department's own page": "/organization/about/wlt",
        "code lists": "/codelist",
        "lists": "/lists/open",
        "licences": "/licence",
        "licence": "/licence/cc-by-4.0",
        "assistant": "/licence-assistant",
        "basket": "/basket",
        "login": "/user/login",
        "reset": "/user/reset",
        "missing": "/no-such-page",
    }


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/user/login")
    page.fill("#field-login", "officer")
    page.fill("#field-password", "officer-officer-1")
    page.click("main button[type=submit]")


def visit(
    browser: Browser,
    site: str,
    pages: dict[str, str],
    language: str,
    scheme: Literal["dark", "light"],
    width: int,
    *,
    staff: bool = False,
) -> list[str]:
    """Look at every page; what is wrong, one line each."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    if staff:
        sign_in(page, site)
    wrong: list[str] = []

    def note_stranger(asked: Request) -> None:
        if not asked.url.startswith((site, "data:")):
            wrong.append(f"asks {asked.url}")

    page.on("request", note_stranger)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    for name, path in pages.items():
        page.goto(f"{site}{'/en' if language == 'en' else ''}{path}", wait_until="load")
        found = Axe().run(page, options={**RULES, "runOnly": [*RULES["runOnly"], "wcag22aa"]}).response["violations"]
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
    browser: Browser, site: str, pages: dict[str, str], language: str, scheme: Literal["dark", "light"], width: int
) -> None:
    wrong = visit(browser, site, pages, language, scheme, width)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh", "light", 1280), ("en", "dark", 390)])
def test_the_pages_of_staff_are_accessible_too(
    browser: Browser, site: str, scenic: dict[str, Any], language: str, scheme: Literal["dark", "light"], width: int
) -> None:
    factories.Sysadmin(name="officer", password="officer-officer-1", image_url="")
    dataset = f"/dataset/{scenic['name']}"
    pages = {
        "workbench": "/workbench",
        "my datasets": "/workbench/datasets",
        "favourites": "/favourites",
        "feedback to answer": "/feedback",
        "new notice": "/announcement/new",
        "dashboard": "/dashboard/datasets",
        "new dataset": "/dataset/new",
        "edit": f"/dataset/edit/{scenic['name']}",
        "files": f"/dataset/resources/{scenic['name']}",
        "edit file": f"{dataset}/resource/{scenic['csv']['id']}/edit",
        "dataset signed in": dataset,
        "department edit": "/organization/edit/wlt",
        "profile": "/user/edit/officer",
        "person": "/user/officer",
        "activity": f"/dataset/activity/{scenic['name']}",
    }
    wrong = visit(browser, site, pages, language, scheme, width, staff=True)
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


def test_the_keyboard_alone_finds_a_dataset_and_filters_it(browser: Browser, site: str, scenic: dict[str, Any]) -> None:
    """Each stop of the Tab key can be seen, none holds the focus, and Enter does what a click does."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(site)
    focused = "document.activeElement"
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"{focused} === document.body"):
            break
        stop = page.evaluate(f"{focused}.outerHTML")
        assert stop not in seen[-2:], f"the focus is held by {stop[:150]}"
        seen.append(stop)
        shown = page.evaluate(
            f"""(() => {{ const style = getComputedStyle({focused}), box = {focused}.getBoundingClientRect();
            return style.outlineStyle !== 'none' && box.width > 0 && box.height > 0; }})()"""
        )
        assert shown, f"the focus on {stop[:150]} cannot be seen"
        if page.evaluate(f"{focused}.id") == "nx-q":
            break
    page.keyboard.type("景区")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nx-results")

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(f"{focused}.matches({selector!r})"):
                return
        raise AssertionError(f"the Tab key does not reach {selector}")

    tab_to(".nx-facet li a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nx-chosen")
    tab_to(".nx-item-title a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nx-files")
    tab_to(".nx-scroll")
    tab_to("details:not([open]) > summary")
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.parentElement.open")


def test_the_menu_of_a_narrow_screen_obeys_the_keyboard(browser: Browser, site: str, scenic: dict[str, Any]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(site)
    page.focus("#nx-menu-state")
    page.keyboard.press("Space")
    assert page.locator("header nav a").first.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('header nav') !== null")
    page.keyboard.press("Escape")
    assert not page.locator("header nav a").first.is_visible()


def test_the_language_switch_keeps_page_and_search(browser: Browser, site: str, scenic: dict[str, Any]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site}/dataset/?q=景区&res_format=CSV")
    page.click("header >> text=English")
    assert page.url.startswith(f"{site}/en/dataset/?")
    expect(page.locator(".nx-chosen a")).to_have_count(1)
    assert page.locator("html").get_attribute("lang") == "en"
