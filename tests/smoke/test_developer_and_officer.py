"""Two people walk through the demonstration site in Chromium: a company's developer, and a department's officer.

In Chinese and English, on a wide and a narrow screen. ``NX_PICTURES`` names a folder that gets a picture of each step.
"""

import csv
import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page

STATE = Path(__file__).resolve().parents[2] / "var" / os.environ.get("NX_DEMO_INSTANCE", "demo") / "state.json"
WORDS = {
    "zh": {"developers": "开发者", "workbench": "工作台", "overdue": "逾期"},
    "en": {"developers": "Developers", "workbench": "Workbench", "overdue": "overdue"},
}
BOTH = pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("zh", 390), ("en", 1280), ("en", 390)])


class Walk:
    """A person at a screen."""

    def __init__(self, page: Page, site: str, person: str, language: str, width: int) -> None:
        self.page, self.words = page, WORDS[language]
        self._root = site + ("/en" if language == "en" else "")
        self._width, self._name, self._step = width, f"{person}-{language}-{width}", 0

    def open(self, path: str) -> None:
        self.page.goto(self._root + path)
        self.look()

    def menu(self, name: str) -> None:
        """Follow a link of the head of the page."""
        if self._width < 960:
            self.page.check("#nx-menu-state")
        self.page.click(f"header a:text-is('{name}')")
        self.look()

    def look(self) -> None:
        """Nothing hangs over the edge; a picture is taken."""
        self.page.wait_for_load_state("load")
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self._width, self.page.url
        self._step += 1
        if folder := os.environ.get("NX_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{self._name}-{self._step}.png", full_page=True)


@pytest.fixture
def walk(browser: Browser, site: str, language: str, width: int) -> Iterator[Callable[[str], Walk]]:
    context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
    yield lambda person: Walk(context.new_page(), site, person, language, width)
    context.close()


@BOTH
def test_a_developer_gets_from_the_home_page_to_a_call_and_a_bulk_file(
    walk: Callable[[str], Walk], site: str, found: list[dict]
) -> None:
    developer = walk("developer")
    developer.open("/")
    developer.menu(developer.words["developers"])
    command = developer.page.locator("pre.nx-code code").first.inner_text()
    address = re.findall(r"curl '(\S+)'", command)[0]
    answer = requests.get(address, timeout=30).json()
    assert answer["success"]
    assert answer["result"]["results"]
    with developer.page.expect_download() as download:
        developer.page.click("a[href$='/bulk/catalogue.csv']")
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == len(found) + 1
    first = requests.get(f"{site}/bulk/catalogue.csv", timeout=30)
    again = requests.get(f"{site}/bulk/catalogue.csv", headers={"If-None-Match": first.headers["ETag"]}, timeout=30)
    assert again.status_code == 304


@pytest.fixture
def admin(site: str, browser: Browser) -> Iterator[Callable[..., Any]]:
    """Call an action as the administrator of the demonstration."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, site, "admin")

    def call(action: str, **data: Any) -> Any:
        token = page.locator("meta[name=_csrf_token]").get_attribute("content")
        headers = {"Content-Type": "application/json", "X-CSRFToken": token or ""}
        answer = page.request.post(f"{site}/api/3/action/{action}", data=json.dumps(data), headers=headers)
        assert answer.ok, answer.text()
        return answer.json()["result"]

    yield call
    context.close()


def sign_in(page: Page, root: str, person: str) -> None:
    password = json.loads(STATE.read_text(encoding="utf-8"))["passwords"][person]
    page.goto(f"{root}/user/login")
    page.fill("#field-login", person)
    page.fill("#field-password", password)
    page.click("main button[type=submit]")


@BOTH
@pytest.mark.skipif(not STATE.exists(), reason="needs the passwords of the demonstration on this machine")
def test_an_officer_sees_what_is_overdue_and_mends_it(
    walk: Callable[[str], Walk], site: str, admin: Callable[..., Any], tmp_path: Path, language: str
) -> None:
    mine = admin("package_search", fq="organization:(*lv* OR *wen-hua*)", rows=50, sort="name asc")["results"]
    dataset = next(one for one in mine if one["title"] == "宁夏5A级旅游景区名录")
    before = {"nx_update_cycle": dataset["nx_update_cycle"], "resources": dataset["resources"]}
    organization = dataset["organization"]["id"]
    mode = admin("organization_show", id=organization).get("nx_review_mode") or ""
    old = [
        one | {"last_modified": "2026-01-05T00:00:00", "created": "2026-01-05T00:00:00"} for one in before["resources"]
    ]
    admin("organization_patch", id=organization, nx_review_mode="off")
    admin("package_patch", id=dataset["id"], nx_update_cycle="3", resources=old)
    try:
        officer = walk("officer")
        sign_in(officer.page, site + ("/en" if language == "en" else ""), "wlt")
        late = officer.page.locator(f"section[aria-labelledby='nx-late'] a[href$='/{dataset['name']}']")
        deadline = time.monotonic() + 20  # the workers may still be indexing what the last walk changed
        while not late.count() and time.monotonic() < deadline:
            officer.open("/workbench")
        assert late.count() == 1
        late.click()
        officer.look()
        edit = officer.page.locator(f"a[href*='/dataset/{dataset['name']}/resource/'][href*='/edit']").first
        officer.page.goto(site + (edit.get_attribute("href") or ""))
        officer.look()
        fresh = tmp_path / "new.csv"
        fresh.write_text("景区名称,等级\n沙湖旅游景区,5A\n", encoding="utf-8")
        officer.page.set_input_files("input[type=file]", str(fresh))
        officer.page.click("button[name=save][value=go-metadata], button[name=save]")
        officer.look()
        officer.open("/workbench")
        assert late.count() == 0
    finally:
        admin("package_patch", id=dataset["id"], **before)
        admin("organization_patch", id=organization, nx_review_mode=mode)
