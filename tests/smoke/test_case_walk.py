"""The walk of ``docs/cases.md`` at the demonstration: what a reader, a department and the office see of cases.

Without JavaScript, wide in Chinese and narrow in English; axe finds nothing, nothing hangs over the
edge. ``NX_PICTURES`` names a folder that gets a picture of each page.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import RULES

STATE = Path(__file__).resolve().parents[2] / "var" / os.environ.get("NX_DEMO_INSTANCE", "demo") / "state.json"
NEEDS_PASSWORDS = pytest.mark.skipif(not STATE.exists(), reason="needs the passwords of the demonstration")
BOTH = pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])


class Walk:
    """Somebody at a screen without JavaScript, who looks at each page they come to."""

    def __init__(self, browser: Browser, site: str, language: str, width: int) -> None:
        self._browser, self._site, self._language, self._width = browser, site, language, width
        self._root = site + ("/en" if language == "en" else "")
        self.wrong: list[str] = []
        self.page: Page
        self.person = ""

    def come(self, person: str) -> None:
        """Begin as somebody; "" for a visitor."""
        size = {"width": self._width, "height": 900}
        context = self._browser.new_context(viewport=size, java_script_enabled=False)
        self.page, self.person = context.new_page(), person or "visitor"
        if person:
            passwords = json.loads(STATE.read_text(encoding="utf-8"))["passwords"]
            self.page.goto(f"{self._site}/user/login")
            self.page.fill("#field-login", person)
            self.page.fill("#field-password", passwords[person])
            self.page.click("main button[type=submit]")

    def go(self, path: str, step: str) -> None:
        answer = self.page.goto(self._root + path)
        assert answer and answer.status == 200, (path, answer and answer.status)
        self.look(step)

    def look(self, step: str) -> None:
        """Note what is wrong with the page as it stands, and take a picture of it."""
        state = self.page.context.storage_state()
        size = {"width": self._width, "height": 900}
        with self._browser.new_context(viewport=size, storage_state=state) as scripted:  # axe is a script
            page = scripted.new_page()
            page.goto(self.page.url)
            found = (
                Axe().run(page, options={**RULES, "runOnly": [*RULES["runOnly"], "wcag22aa"]}).response["violations"]
            )
            self.wrong += [f"{step}: {one['id']} {one['nodes'][0]['html'][:150]}" for one in found]
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > self._width:
                self.wrong.append(f"{step}: {wide} px wide")
        if folder := os.environ.get("NX_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            name = f"{self.person}-{step}-{self._language}-{self._width}.png"
            self.page.screenshot(path=Path(folder) / name, full_page=True)


@pytest.fixture
def walk(browser: Browser, site: str, language: str, width: int) -> Iterator[Walk]:
    walk = Walk(browser, site, language, width)
    yield walk
    assert not walk.wrong, "\n".join(walk.wrong)


def find_name(site: str, title: str) -> str:
    answer = requests.get(f"{site}/api/3/action/package_search", {"q": f'"{title}"', "rows": 50}, timeout=30).json()
    return next(one["name"] for one in answer["result"]["results"] if one["title"] == title)


@BOTH
def test_a_visitor_reads_the_register_demands_reuses_and_marks(walk: Walk, site: str) -> None:
    walk.come("")
    page, spots = walk.page, find_name(site, "宁夏4A级旅游景区名录（部分）")
    for path in ("/case/start", "/cases", "/demands", "/reuses"):
        walk.go(path, path.rpartition("/")[2])
    assert page.locator(".nx-case-pictures img").count()
    walk.go(f"/dataset/{spots}", "dataset")
    file = requests.get(f"{site}/api/3/action/package_show", {"id": spots}, timeout=30).json()["result"]["resources"]
    table = next(one["id"] for one in file if one["format"] == "CSV")
    walk.go(f"/dataset/{spots}/resource/{table}", "table")
    assert page.locator(".nx-cell-mark").count() == 1
    page.click(".nx-row-number a >> nth=1")
    walk.look("row")
    assert page.locator(".nx-row .nx-cell-mark").count() == 1
    page.click(".nx-report-cell >> nth=0")
    assert "correction" in page.url and "row=2" in page.url  # who is not signed in is told what is needed
    assert page.locator("main .nx-button").count()
    walk.go("/cases?kind=correction", "corrections")
    page.click("a[href*='/history?version=']")
    walk.look("change")
    assert "资源开发处" in page.content()
    walk.go(f"/dataset/{find_name(site, '数据办件公开名册')}", "register dataset")
    assert re.search(r"CSV", page.content()) and re.search(r"JSON", page.content())


@BOTH
@NEEDS_PASSWORDS
def test_a_reader_sees_their_cases_files_and_keys(walk: Walk) -> None:
    walk.come("reader")
    walk.go("/case", "mine")
    links: list[str] = []
    while True:
        titles = walk.page.locator(".nx-item-title a")
        links += [titles.nth(place).get_attribute("href") or "" for place in range(titles.count())]
        if not walk.page.locator(".nx-pager a[rel=next]").count():
            break
        with walk.page.expect_event("load"):
            walk.page.click(".nx-pager a[rel=next]")
    kinds: set[str] = set()
    for link in links:
        walk.page.goto(walk.page.url.partition("/case")[0].removesuffix("/en") + link)
        kind = walk.page.locator(".nx-head-facts span").first.inner_text()
        state = walk.page.locator(".nx-badges .nx-badge").first.inner_text()
        if f"{kind} {state}" not in kinds:
            kinds.add(f"{kind} {state}")
            walk.look(f"case {len(kinds)}")
    assert len(kinds) >= 28, kinds
    walk.go("/account", "account")
    walk.go("/account/keys", "keys")


@BOTH
@NEEDS_PASSWORDS
def test_the_department_and_the_office_see_what_waits(walk: Walk) -> None:
    walk.come("wlt-head")
    walk.go("/case/desk", "desk")
    walk.page.click(".nx-items .nx-item-title a >> nth=0")
    walk.look("case of the head")
    walk.come("office")
    walk.go("/case/board?phase=", "board")
    walk.go("/case/board?phase=&attention=disputed", "disputes")
    assert walk.page.locator(".nx-item").count() >= 1
    walk.go("/account/organisations", "organisations")
