"""Debian's Chromium, and the site under test served to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
"""What axe checks, and that it writes down what is wrong alone: what passes is most of a page."""


policy_violations: list[str] = []
"""What the browser said since the site was served that a Content-Security-Policy refused."""


class WatchedBrowser:
    """A browser whose pages put down what a Content-Security-Policy refused."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> BrowserContext:
        context = self._browser.new_context(**options)
        context.on("console", _put_down)
        context.on("page", _settle)
        return context

    def new_page(self, **options: Any) -> Page:
        page = self._browser.new_page(**options)
        page.on("console", _put_down)
        _settle(page)
        return page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._browser, name)


def _settle(page: Page) -> None:
    """Let a click end once the page that it leads to has loaded: a slow machine shows half of it before."""
    click = page.click

    def click_and_wait(selector: str, **options: Any) -> None:
        click(selector, **options)
        page.wait_for_load_state()

    page.click = click_and_wait  # type: ignore[method-assign]  # pyright: ignore[reportAttributeAccessIssue]


def _put_down(message: ConsoleMessage) -> None:
    if "Content Security Policy" in message.text:
        policy_violations.append(f"{message.location.get('url')}: {message.text[:300]}")


@contextmanager
def chromium() -> Iterator[WatchedBrowser]:
    """A running browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield WatchedBrowser(started)
        started.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of CKAN's test application, served by a thread."""
    server = make_server("127.0.0.1", 0, app.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
