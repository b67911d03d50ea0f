"""Cases by the keyboard alone, and what is similar while one types."""

from __future__ import annotations

import pytest
from ckan import model
from playwright.sync_api import Browser, Page

from ckanext.nxopendata.cases.desk import forms
from tests.cases.conftest import CaseSite, find_user
from tests.cases.test_browser import PASSWORD, sign_in

pytestmark = pytest.mark.browser

MOST_TABS = 150


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what a selector names has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(selector).and_(page.locator(":focus")).count():
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def write(page: Page, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.insert_text(text)


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Reach a button and press it; wait for the page that it leads to."""
    tab_to(page, selector)
    with page.expect_event("load"):
        page.keyboard.press(key)


def set_password(name: str) -> None:
    find_user(name).password = PASSWORD
    model.Session.commit()


def test_somebody_applies_and_takes_the_case_back_by_the_keyboard_alone(
    browser: Browser, site: str, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "FASTEST", 0)
    set_password("applicant")
    town.dataset()
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    sign_in(page, site, "applicant")
    page.goto(f"{site}/dataset/jingqu")
    press(page, "main a[href*='/case/new/application']")
    write(page, "#field-purpose", "旅游研究")
    write(page, "#field-scenario", "分析景区分布")
    tab_to(page, "main input[name=columns] >> nth=0")
    page.keyboard.press("Space")
    tab_to(page, "#field-channel")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#field-ends")
    page.keyboard.type("01012099")  # the day and the month are alike, whichever comes first
    assert page.input_value("#field-ends") == "2099-01-01"
    write(page, "#field-safety", "单位内网保存，到期删除")
    tab_to(page, "#field-accepts")
    page.keyboard.press("Space")
    press(page, "main form button[type=submit]")
    assert "已收到" in page.content() and "待受理" in page.content(), page.inner_text("main")
    step = "details:has(input[name=action][value=withdraw])"
    tab_to(page, f"{step} > summary")
    page.keyboard.press("Enter")
    tab_to(page, f"{step} textarea")
    page.keyboard.insert_text("不再需要")
    press(page, f"{step} button", "Space")
    assert "已撤回" in page.content() and "不再需要" in page.content()
    (case,) = town.act("applicant", "nx_case_list")["results"]
    assert case["state"] == "withdrawn"
    context.close()


def test_similar_ones_are_shown_while_one_types_and_open_beside_the_form(
    browser: Browser, site: str, town: CaseSite
) -> None:
    set_password("applicant")
    town.dataset("gongjiao", title_translated={"zh": "公交站点名录"}, nx_open_condition="", license_id="nx-open-1.0")
    answers = {"subject": "公交站点和线路", "description": "站点"}
    town.step("office", town.apply("other", "demand", dataset="", answers=answers), "accept")
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 900})
    page = context.new_page()
    sign_in(page, site, "applicant")
    page.goto(f"{site}/case/new/demand")
    write(page, "#field-subject", "公交站点")
    page.wait_for_selector(".nx-suggest li")
    assert page.locator(".nx-suggest li").all_inner_texts() == ["公交站点名录\n数据集", "公交站点和线路\n需求 0"]
    assert page.locator("#field-subject").get_attribute("aria-expanded") == "true"
    box, field = page.locator(".nx-suggest").bounding_box(), page.locator("#field-subject").bounding_box()
    assert box and field and 0 <= box["y"] - field["y"] - field["height"] < 120
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("ArrowDown")
    with context.expect_page() as opened:
        page.keyboard.press("Enter")
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/dataset/gongjiao")
    assert page.input_value("#field-subject") == "公交站点" and page.url.endswith("/case/new/demand")
    page.bring_to_front()
    page.keyboard.insert_text("x")
    page.wait_for_selector(".nx-suggest li")
    page.keyboard.press("Escape")
    assert page.locator(".nx-suggest").is_hidden()
    context.close()
