"""The pictures of the manual (docs/manual): each page that it explains, as the person who works on it sees it.

``NX_MANUAL_PICTURES`` names the folder they go to (see docs/manual/README.md);
without it they are taken and thrown away: each page must open, and fit, all the same.
"""

import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

STATE = Path(__file__).resolve().parents[2] / "var" / os.environ.get("NX_DEMO_INSTANCE", "demo") / "state.json"
WIDTH, HEIGHT, TALLEST = 1280, 900, 1400
QUALITY = 55
MOST_BYTES = 4_000_000

PICTURES: tuple[tuple[str, str, str], ...] = (
    ("workbench", "wlt", "/workbench"),
    ("form", "wlt", "/dataset/new"),
    ("my-datasets", "wlt", "/workbench/datasets"),
    ("queue", "wlt-head", "/review?scope=every"),
    ("workbook", "wlt", "/organization/@wlt/catalogue/"),
    ("systems", "wlt", "/register/"),
    ("project", "wlt", "/register/projects"),
    ("tables", "wlt", "/register/tables"),
    ("reports", "wlt-head", "/register/reports"),
    ("steps", "wlt", "/register/tasks/4-2"),
    ("cases", "wlt", "/case/desk"),
    ("office-workbench", "office", "/workbench"),
    ("office-overview", "office", "/register/overview"),
    ("office-queue", "office", "/review?scope=running"),
    ("office-task", "office", "/register/tasks/8-3"),
    ("office-add-task", "office", "/register/tasks/add"),
    ("office-notices", "office", "/register/notices"),
    ("office-dispatches", "office", "/register/dispatches"),
    ("office-clean-up", "office", "/register/clean-up"),
    ("office-codelists", "office", "/codelist"),
    ("office-harvest", "office", "/harvest/"),
    ("finance-funding", "finance", "/register/funding"),
    ("finance-projects", "finance", "/register/projects"),
    ("audit-findings", "audit", "/register/audit"),
    ("audit-exports", "audit", "/register/audit/exports"),
    ("operator-workbench", "admin", "/workbench"),
)
"""Name of the picture, who looks, at what."""

pytestmark = pytest.mark.skipif(not STATE.exists(), reason="needs the passwords of the demonstration on this machine")


def sign_in(browser: Browser, site: str, person: str) -> Page:
    password = json.loads(STATE.read_text(encoding="utf-8"))["passwords"][person]
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
    page.set_default_timeout(120_000)
    page.goto(f"{site}/user/login")
    page.fill("#field-login", person)
    page.fill("#field-password", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    return page


def test_each_page_of_the_manual_opens_fits_and_is_pictured(browser: Browser, site: str, tmp_path: Path) -> None:
    folder = Path(os.environ.get("NX_MANUAL_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    pages: dict[str, Page] = {}
    for name, person, path in PICTURES:
        page = pages.get(person) or pages.setdefault(person, sign_in(browser, site, person))
        if "@" in path:
            unit = page.request.get(f"{site}/api/3/action/organization_list_for_user").json()["result"][0]["name"]
            path = path.replace("@wlt", unit)
        answer = page.goto(site + path)
        assert answer is not None
        assert answer.status == 200, f"{person} {path}"
        page.wait_for_load_state("load")
        height = page.evaluate("document.documentElement.scrollHeight")
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, path
        taken = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": min(height, TALLEST)})
        picture = Image.open(io.BytesIO(taken)).convert("RGB")
        picture.resize((960, round(picture.height * 0.75))).save(folder / f"{name}.webp", quality=QUALITY, method=6)
    sizes = sum(file.stat().st_size for file in folder.glob("*.webp"))
    assert sizes < MOST_BYTES, f"{sizes} bytes of pictures"
    for page in pages.values():
        page.close()
