"""A source's way in Chromium, without and with scripts: made, tested, run, its plan read, approved, undone.

Every page on the way is checked for accessibility and width. ``NX_PICTURES`` names a folder that gets a picture of
each.
"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from playwright.sync_api import expect

from ..browser import RULES, chromium
from ..worker import work
from .catalogues import PREFIXES, dataset, turtle

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("with_plugins", "tables", "clean_queues")]

PASSWORD = "Caiji-2026-mulu"


@pytest.fixture
def site(site, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xinjianban")
    return site


@pytest.fixture
def officer(department):
    factories.User(name="officer", password=PASSWORD)
    factories.User(name="head", password=PASSWORD)
    title = {"zh": "信息化建设办", "en": "Informatisation Office"}
    members = [{"name": "officer", "capacity": "editor"}]
    factories.Organization(name="xinjianban", title_translated=title, users=members)
    helpers.call_action("organization_member_create", id=department["id"], username="head", role="admin")


class Walk:
    def __init__(self, browser, site):
        self.site, self.wrong = site, []
        self.pages = {
            scripts: browser.new_context(
                base_url=site, viewport={"width": 1280, "height": 900}, java_script_enabled=scripts
            ).new_page()
            for scripts in (True, False)
        }
        for page in self.pages.values():
            page.set_default_timeout(15_000)
            page.goto("/user/login")
            page.fill("#field-login", "officer")
            page.fill("#field-password", PASSWORD)
            page.press("#field-password", "Enter")
            page.wait_for_url(lambda url: "/user/login" not in url)

    def look(self, path, name):
        """A page in Chinese on a desk, and in English on a telephone in the dark."""
        page = self.pages[True]
        for language, width, scheme in (("zh", 1280, "light"), ("en", 390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{'/en' if language == 'en' else ''}{path}")
            label = f"{name} {language} {width}"
            for one in Axe().run(page, options=RULES).response["violations"]:
                self.wrong.append(f"{label}: {one['id']} {one['nodes'][0]['html'][:160]}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.wrong.append(f"{label}: {wide} px wide")
            if folder := os.environ.get("NX_PICTURES"):
                page.screenshot(path=Path(folder) / f"harvest-{name}-{language}-{width}.png", full_page=True)


def test_made_tested_run_read_approved_and_undone(web, site, officer, titles):
    url = web.put(
        "/1", turtle(*range(1, 21)) + '<https://dept.example/ds/99> a dcat:Dataset ; dct:description "没有名称"@zh .'
    )
    with chromium() as browser:
        walk = Walk(browser, site)
        page = walk.pages[False]

        page.goto("/workbench")
        page.click("section:has(h2:text-is('目录采集')) a:text-is('采集源')")
        page.click("text=新增采集源")
        page.fill("#field-title", "文化和旅游厅数据目录")
        page.fill("#field-name", "wlt")
        page.fill("#field-url", "ftp://wrong.example/")
        page.select_option("#field-organization", "wen-lyu-ting")
        page.click("button[value=save]")
        expect(page.locator(".error-explanation")).to_contain_text("网址")
        page.fill("#field-url", url)
        page.click("button[value=test]")
        expect(page.locator(".nx-tested")).to_contain_text("数据集7")
        expect(page.locator(".nx-tested")).to_contain_text("没有保存")
        page.click("button[value=save]")
        expect(page.locator("h1")).to_contain_text("文化和旅游厅数据目录")
        page.click("text=立即采集")
        expect(page.locator("h1")).to_contain_text("排队中")
        work()
        page.click("text=刷新查看最新进度")
        expect(page.locator("h1")).to_contain_text("已完成")
        assert len(titles()) == 20
        page.click("text=问题 1")
        expect(page.locator("tbody")).to_contain_text("ds/99")
        walk.look(page.url.removeprefix(site), "problems")

        web.put(
            "/1", PREFIXES + dataset(1, title="新题", notes="新说明") + "".join(dataset(key) for key in range(2, 12))
        )
        live = walk.pages[True]
        live.set_viewport_size({"width": 1280, "height": 900})
        live.goto("/harvest/source/wlt")
        live.click("text=立即采集")
        expect(live.locator("h1")).to_contain_text("排队中")
        walk.look(live.url.removeprefix(site), "pending")
        live.goto(live.url.replace("/en/", "/"))
        run = live.url.removeprefix(site)
        work()
        expect(live.locator("h1")).to_contain_text("等待决定")  # the page renews itself
        for path, name in (
            ("/harvest/", "sources"),
            ("/harvest/source/wlt", "source"),
            (run, "held"),
            (f"{run}/plan", "plan"),
            (f"{run}/decide/approve", "approve"),
            ("/harvest/health", "health"),
            ("/harvest/source/wlt/edit", "form"),
            ("/harvest/webhooks/", "webhooks"),
        ):
            walk.look(path, name)

        page.goto(run)
        page.click(f"a[href='{run}/plan']")
        page.click("text=更新 1")
        expect(page.locator(".nx-step")).to_contain_text("新说明")
        page.goto(run)
        page.click("a:has-text('批准')")
        page.click("button:has-text('批准')")
        work()
        page.goto(run)
        expect(page.locator("h1")).to_contain_text("已完成")
        assert len(titles()) == 11
        walk.look("/dataset/shu-ju-ji-15", "withdrawn")
        page.click("a:has-text('撤销')")
        page.click("button:has-text('撤销')")
        expect(page.locator("h1")).to_contain_text("正在撤销")
        work()
        page.goto(run)
        expect(page.locator("h1")).to_contain_text("已撤销")
        assert len(titles()) == 20
    assert not walk.wrong, "\n".join(walk.wrong)
