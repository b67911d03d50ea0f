"""The walk of ``docs/cases.md`` in Chromium, without JavaScript; and every page on both widths, in both languages.

``NX_PICTURES`` names a folder that gets a picture of every page.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from ckan import model
from playwright.sync_api import Browser, Page

from ckanext.nxopendata.cases.accounts import tokens
from ckanext.nxopendata.cases.desk import forms
from tests.browser import RULES
from tests.cases.conftest import CaseSite

pytestmark = pytest.mark.browser

PASSWORD = "ban-jian-12345"


def sign_in(page: Page, site: str, who: str) -> None:
    page.goto(f"{site}/user/login")
    page.fill("#field-login", who)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")


def fill_application(page: Page) -> None:
    page.fill("#field-purpose", "旅游研究")
    page.fill("#field-scenario", "分析景区分布，写成论文")
    page.check("text=景区名称")
    page.select_option("#field-channel", "file")
    page.fill("#field-ends", "2099-01-01")
    page.fill("#field-safety", "单位内网保存，到期删除")
    page.check("#field-accepts")


def test_a_reader_makes_an_account_by_the_link_of_the_letter(browser: Browser, site: str, town: CaseSite) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/user/login")
    page.click("main a:has-text('注册账号')")
    page.wait_for_timeout(2100)
    page.fill("#field-email", "zhao@example.org")
    page.click("main button[type=submit]")
    assert "zhao@example.org" in page.content() and page.locator("#field-email").count() == 0
    page.goto(f"{site}/account/new/{tokens.for_new_account('zhao@example.org')}")
    page.fill("#field-name", "zhao-liu")
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    sign_in(page, site, "zhao-liu")
    page.goto(f"{site}/account")
    assert "邮箱已确认的账号" in page.content()
    page.fill("#field-name", "宁夏某公司")
    page.fill("#field-uscc", "91350100M000100Y43")
    page.click("section[aria-labelledby=nx-organisation] button")
    assert "核实" in page.content()
    context.close()


def test_somebody_applies_the_department_grants_and_the_file_opens(
    browser: Browser, site: str, town: CaseSite, uploaded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("applicant", "head", "office"):
        person: Any = model.User.get(name)
        person.password = PASSWORD
    model.Session.commit()
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    file = f"{site}/dataset/jingqu/resource/{uploaded['id']}/download/x.csv"

    page.goto(file)
    page.click("a:has-text('申请使用')")
    assert page.locator("main a:has-text('登录')").count()
    sign_in(page, site, "applicant")
    page.goto(f"{site}/case/new/application?dataset=jingqu")
    fill_application(page)
    monkeypatch.setattr(forms, "FASTEST", 600)
    page.click("main button[type=submit]")
    assert "提交得太快了" in page.content() and page.input_value("#field-purpose") == "旅游研究"
    monkeypatch.setattr(forms, "FASTEST", 0)
    page.click("main button[type=submit]")
    assert "已收到" in page.content() and "待受理" in page.content()
    case = page.url.rpartition("/")[2]
    page.goto(f"{site}/case")
    assert "待受理" in page.content()
    context.close()

    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    sign_in(page, site, "head")
    page.goto(f"{site}/case/desk")
    page.click("main .nx-items a")
    form = page.locator("form", has=page.locator("input[name=action][value=approve]"))
    page.locator("details", has=form).locator("summary").click()
    form.locator("select[name=outcome]").select_option("granted")
    assert form.locator("input[name=agreed_ends]").input_value() == "2099-01-01"
    form.locator("button").click()
    assert "已批准，协议有效" in page.content()
    context.close()

    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    sign_in(page, site, "applicant")
    page.goto(f"{site}/case/{case}")
    with page.expect_download() as got:
        page.click("section[aria-labelledby=nx-granted] a")
    lines = Path(got.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["景区名称", "沙湖", "水洞沟"]
    refused = page.goto(file)
    assert refused and refused.status == 403
    assert "取用" in page.content()
    context.close()
    look(browser, site, town, case)


def look(browser: Browser, site: str, town: CaseSite, case: str) -> None:
    demand = town.apply("applicant", "demand", dataset="", answers={"subject": "公交线路", "description": "站点"})
    town.step("office", demand, "accept")
    town.apply()
    town.step(
        "head",
        town.apply(),
        "refuse",
        outcome="law",
        answers={"article": "《数据安全法》第二十一条"},
        opinion="涉及商业秘密",
    )
    reuse = {"name": "景区地图", "type": "application", "authors": "张三", "description": "地图"}
    town.step("head", town.apply(kind="reuse", answers=reuse), "show", outcome="shown")
    town.act("applicant", "nx_account_organisation_create", name="宁夏某公司", uscc="91350100M000100Y43")
    letter = tokens.for_new_account("wang@example.org")
    pages = {
        "applicant": {
            "start": "/case/start",
            "mine": "/case",
            "case": f"/case/{case}",
            "application": "/case/new/application?dataset=jingqu",
            "demand": "/case/new/demand",
            "objection": "/case/new/objection?dataset=jingqu",
            "dataset": "/dataset/jingqu",
            "account": "/account",
        },
        "head": {"desk": "/case/desk", "case of the head": f"/case/{case}"},
        "office": {"board": "/case/board?phase=", "organisations": "/account/organisations"},
        "": {"sign in": "/case/new/application?dataset=jingqu", "public": "/cases", "demands": "/demands"}
        | {"reuses": "/reuses", "new account": "/account/new", "letter": f"/account/new/{letter}"},
    }
    wrong: list[str] = []
    screens = [("zh", 1280), ("en", 390)] + ([("zh", 390), ("en", 1280)] if "NX_PICTURES" in os.environ else [])
    for language, width in screens:
        for who, paths in pages.items():
            context = browser.new_context(viewport={"width": width, "height": 900})
            page = context.new_page()
            if who:
                sign_in(page, site, who)
            for name, path in paths.items():
                page.goto(f"{site}{'/en' if language == 'en' else ''}{path}", wait_until="load")
                found = (
                    Axe()
                    .run(page, options={**RULES, "runOnly": [*RULES["runOnly"], "wcag22aa"]})
                    .response["violations"]
                )
                wrong += [f"{name} {language}: {one['id']} {one['nodes'][0]['html'][:150]}" for one in found]
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    wrong.append(f"{name} {language}: {wide} px wide on a screen of {width}")
                if folder := os.environ.get("NX_PICTURES"):
                    page.screenshot(path=Path(folder) / f"{name}-{language}-{width}.png", full_page=True)
            context.close()
    assert not wrong, "\n".join(wrong)
