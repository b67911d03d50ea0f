"""Every page that the staff of the demonstration works on, wide in Chinese and narrow in English.

axe finds nothing, nothing hangs over the edge, no script fails. ``NX_PICTURES`` names a folder that gets a picture of
each page.
"""

import os
import re
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import RULES
from tests.smoke.test_manual_pictures import STATE, sign_in

pytestmark = pytest.mark.skipif(not STATE.exists(), reason="needs the passwords of the demonstration on this machine")

PEOPLE = ("wlt", "wlt-head", "office", "finance", "audit", "reader")
DEPTH = 2
FILES = re.compile(
    r"/(api|download|uploads|user|bulk|feeds|catalog\.|case/file)"
    r"|\.(xlsx|csv|pdf|docx|xml|zip|jsonld|ttl|rdf|json|svg|atom|rss)$"
)
ONE_OF_MANY = re.compile(r"^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.-]*[-\d][\w.-]*|[A-Z]{2}\d+)$")
"""A part of an address that names one of many things; what is left tells the kind of page."""
KINDS = ("clean-up", "site-map", "licence-assistant", "bulk-runs", "not_open")


def _view(path: str) -> str:
    path = re.sub(r"^/codelist/[^/]+", "/codelist/*", path)
    return "/".join("*" if ONE_OF_MANY.match(part) and part not in KINDS else part for part in path.split("/"))


def _links(page: Page, site: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "a[href]:not(header a, footer a)", "links => links.map(link => String(link.href))"
    )
    local = [url.removeprefix(site).partition("#")[0] for url in found if url.startswith(site)]
    return [url for url in dict.fromkeys(local) if url and not url.startswith("/en") and not FILES.search(url)]


def _look(page: Page, site: str, person: str, path: str) -> list[str]:
    """What is wrong with a page; its links are those of the last look, in Chinese."""
    wrong: list[str] = []
    for prefix, width in (("/en", 390), ("", 1280)):
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(f"{site}{prefix}{path}")
        name = f"{person} {prefix}{path} {width}"
        if answer is None or answer.status != 200:
            return [f"{answer and answer.status} {name}"]
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return [f"{name}: a file, no page"]  # scripts run in it never end
        found = Axe().run(page, options=RULES).response["violations"]
        wrong += [f"{name}: {one['id']} {one['nodes'][0]['html'][:150]}" for one in found]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{name}: {wide} px wide")
        if folder := os.environ.get("NX_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            kind = _view(urlsplit(path).path).strip("/").replace("/", "-").replace("*", "x")
            page.screenshot(path=Path(folder) / f"staff-{person}-{kind}-{width}.png", full_page=True)
    return wrong


def test_every_page_of_the_staff_is_accessible_and_fits(browser: Browser, site: str) -> None:
    wrong: list[str] = []
    seen: set[str] = set()

    def note_error(error: object) -> None:
        wrong.append(f"script: {error}")

    for person in PEOPLE:
        page = sign_in(browser, site, person)
        page.on("pageerror", note_error)
        waiting = deque([("/workbench" if person != "reader" else "/case", 0)])
        while waiting:
            path, depth = waiting.popleft()
            wrong += _look(page, site, person, path)
            for link in _links(page, site) if depth < DEPTH else ():
                # The workbench is each person's own; of all else one page of a kind is looked at.
                if (view := _view(urlsplit(link).path)) not in seen:
                    seen.add(view)
                    waiting.append((link, depth + 1))
        page.close()
    assert len(seen) > 60
    assert not wrong, "\n".join(wrong)
