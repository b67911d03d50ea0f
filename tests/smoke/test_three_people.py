"""Three people at the demonstration site in Chromium: a citizen, a company's developer, a department's officer.

In Chinese and English, on a wide and a narrow screen. ``NX_PICTURES`` names a folder that gets a picture of each step;
those of README.md are such pictures, see docs/portal.md.
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
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

STATE = Path(__file__).resolve().parents[2] / "var" / os.environ.get("NX_DEMO_INSTANCE", "demo") / "state.json"
WORDS = {
    "zh": {"developers": "开发者", "workbench": "工作台", "scenic": "宁夏5A级旅游景区名录"},
    "en": {"developers": "Developers", "workbench": "Workbench", "scenic": "5A-grade scenic areas of Ningxia"},
}
BOTH = pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("zh", 390), ("en", 1280), ("en", 390)])


class Walk:
    """A person at a screen."""

    def __init__(self, page: Page, site: str, person: str, language: str, width: int) -> None:
        self.page, self.words = page, WORDS[language]
        self._root = site + ("/en" if language == "en" else "")
        self._width, self._person, self._end = width, person, f"{language}-{width}"

    def open(self, path: str, step: str) -> None:
        self.page.goto(self._root + path)
        self.look(step)

    def menu(self, name: str, step: str) -> None:
        """Follow a link of the head of the page."""
        if self._width < 960:
            self.page.check("#nx-menu-state")
        self.page.click(f"header a:text-is('{name}')")
        self.look(step)

    def look(self, step: str) -> None:
        """Nothing hangs over the edge; a picture is taken of what the person sees first."""
        self.page.wait_for_load_state("load")
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self._width, self.page.url
        if folder := os.environ.get("NX_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.evaluate("scrollTo(0, 0)")
            self.page.screenshot(path=Path(folder) / f"{self._person}-{step}-{self._end}.png")


@pytest.fixture
def walk(browser: Browser, site: str, language: str, width: int) -> Iterator[Callable[[str], Walk]]:
    context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
    yield lambda person: Walk(context.new_page(), site, person, language, width)
    context.close()


@BOTH
def test_a_citizen_finds_scenic_spots_by_pinyin_looks_and_takes_a_worksheet(
    walk: Callable[[str], Walk], tmp_path: Path
) -> None:
    citizen = walk("citizen")
    page = citizen.page
    citizen.open("/", "home")
    page.fill("main input[type=search]", "jingqu")
    page.press("main input[type=search]", "Enter")
    page.wait_for_selector(".nx-results")
    citizen.look("results")
    page.get_by_role("link", name=citizen.words["scenic"], exact=True).click()
    page.wait_for_selector(".nx-files")
    citizen.look("dataset")
    page.locator(".nx-files .nx-button-quiet").first.click()
    spots = page.locator("#nx-table tbody tr")
    spots.first.wait_for()
    citizen.look("table")
    seen = spots.count()
    assert "沙湖" in " ".join(spots.all_inner_texts())
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX", exact=True).first.click()
    saved = tmp_path / "saved.xlsx"
    download.value.save_as(saved)
    rows = list(load_workbook(saved).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == seen + 1
    assert any("沙湖" in str(row[0]) for row in rows)


@BOTH
def test_a_developer_gets_from_the_home_page_to_a_call_and_a_bulk_file(
    walk: Callable[[str], Walk], site: str, found: list[dict]
) -> None:
    developer = walk("developer")
    developer.open("/", "home")
    developer.menu(developer.words["developers"], "developers")
    for command in developer.page.locator("pre.nx-code code").all_inner_texts():
        if found_in := re.match(r"curl '(\S+/api/3/action/\S+)'$", command):
            answer = requests.get(found_in[1], timeout=30).json()
            assert answer["success"], command
            assert answer["result"], command
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
    dataset = next(one for one in mine if one["title"] == "宁夏4A级旅游景区名录（部分）")
    before = {"nx_update_cycle": dataset["nx_update_cycle"], "resources": dataset["resources"]}
    past = {"last_modified": "2026-01-05T00:00:00", "created": "2026-01-05T00:00:00"}
    organization = dataset["organization"]["id"]
    mode = admin("organization_show", id=organization).get("nx_review_mode") or ""
    admin("organization_patch", id=organization, nx_review_mode="off")
    try:
        officer = walk("officer")
        page = officer.page
        sign_in(page, site + ("/en" if language == "en" else ""), "wlt")
        late = page.locator(f"section[aria-labelledby='nx-late'] a[href$='/{dataset['name']}']")
        deadline = time.monotonic() + 120  # the workers may still be loading what the last walk sent
        while not late.count() and time.monotonic() < deadline:
            files = [one | past for one in admin("package_show", id=dataset["id"])["resources"]]
            admin("package_patch", id=dataset["id"], nx_update_cycle="3", resources=files)
            officer.menu(officer.words["workbench"], "workbench")
        assert late.count() == 1
        late.click()
        page.wait_for_selector(".resources")
        officer.look("files")
        page.locator(".resources .dropdown-toggle").first.click()
        page.locator(".resources .dropdown-menu.show a[href*='/edit']").first.click()
        page.wait_for_selector("input[name=name]")
        officer.look("file")
        file = next(one for one in before["resources"] if one["format"] == "CSV")
        fresh = tmp_path / (file["nx_file_name"] or "new.csv")
        fresh.write_bytes(requests.get(file["url"], timeout=30).content)
        page.set_input_files("input[type=file]", str(fresh))
        page.click("button[name=save][value=go-metadata], button[name=save]")
        page.wait_for_load_state("load")
        officer.look("mended")
        officer.open("/workbench", "workbench-after")
        assert late.count() == 0
    finally:
        admin("package_patch", id=dataset["id"], **before)
        admin("organization_patch", id=organization, nx_review_mode=mode)
