"""Fixtures of the catalogue: a department's people and the office, signed in in Chromium."""

from collections.abc import Callable

import pytest
from ckan.tests import factories
from playwright.sync_api import Browser, Page

PASSWORD = "Jingqu-2026-mulu"


@pytest.fixture
def people() -> None:
    for name in ("editor", "head", "officer"):
        factories.User(name=name, password=PASSWORD)
    members = [{"name": "editor", "capacity": "editor"}, {"name": "head", "capacity": "admin"}]
    factories.Organization(
        name="wlt",
        title_translated={"zh": "自治区文化和旅游厅", "en": "Department of Culture and Tourism"},
        users=members,
    )
    factories.Organization(name="xinjianban", title="信息化建设办", users=[{"name": "officer", "capacity": "editor"}])


@pytest.fixture
def log_in(browser: Browser, site: str, people: None) -> Callable[..., Page]:
    def enter(name: str | None = None, *, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=site, viewport={"width": 1280, "height": 900}, java_script_enabled=scripts
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        if name:
            page.goto("/user/login")
            page.fill("#field-login", name)
            page.fill("#field-password", PASSWORD)
            page.press("#field-password", "Enter")
            page.wait_for_url(lambda url: "/user/login" not in url)
        return page

    return enter
