"""The form of a dataset in Chromium: sections, drafts, the grid of data items, pickers, and its clicks."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from ckan import model
from playwright.sync_api import Page, expect

from tests.browser import RULES
from tests.catalogue.test_browser import choose_class, save

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("with_plugins", "office_publishes", "clean_db", "clean_index", "clean_queues"),
]

SPOTS = """\
景区名称,质量等级,门票（元）,评定日期,接待人数
沙湖旅游景区,5A,80.50,2007-05-22,1200000
西部影城,5A,100,2011-01-14,900000
"""


def paste(page: Page, selector: str, text: str) -> None:
    """What a browser does when cells are pasted that a spreadsheet program copied."""
    page.focus(selector)
    page.eval_on_selector(
        selector,
        """(field, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const options = { clipboardData: data, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )


def names(page: Page) -> list[str]:
    cells = page.locator("input[name^=nx_items-][name$=-name]").all()
    return [value for cell in cells if (value := cell.input_value())]


def missing(page: Page) -> list[str]:
    return page.locator(".nx-outline-missing a").all_inner_texts()


@pytest.fixture
def page(log_in: Callable[..., Page]) -> Page:
    page = log_in("editor")
    page.goto("/dataset/new")
    page.wait_for_load_state("networkidle")  # CKAN's modules begin once the texts of /api/i18n have come
    return page


def test_the_outline_leads_to_each_section_and_says_what_registration_needs(page: Page) -> None:
    sections = page.locator(".nx-outline-sections a")
    assert sections.count() == 9
    for number in range(sections.count()):
        target = sections.nth(number).get_attribute("href")
        expect(page.locator(f"h2{target}")).to_have_count(1)
    assert {"信息资源名称", "更新周期", "联系电话"} <= set(missing(page))
    page.fill("#field-title_translated-zh", "宁夏A级旅游景区名录")
    page.select_option("#field-nx_update_cycle", "6")
    page.select_option("#field-nx_is_open", "1")
    expect(page.locator(".nx-outline-missing")).not_to_contain_text("更新周期")
    expect(page.locator(".nx-outline-missing")).to_contain_text("许可")
    assert "信息资源名称" not in missing(page)


def test_cells_of_a_spreadsheet_are_pasted_and_rows_are_moved_by_keyboard(page: Page) -> None:
    cells = "信息项名称\t数据类型\t数据长度（字节）\t说明\n"
    cells += '景区名称\t字符型\t200\t"全称，\n不用简称"\n质量等级\t字符型C\t10\t\n'
    cells += "".join(f"第{number}项\t整型\t\t\n" for number in range(1, 9)) + "门票\t价格型\t\t\n"
    paste(page, "#field-nx_items-0-name", cells)
    assert names(page) == ["景区名称", "质量等级", *(f"第{number}项" for number in range(1, 9)), "门票"]
    assert page.input_value("#field-nx_items-0-type") == "C"
    assert page.input_value("#field-nx_items-0-length") == "200"
    assert page.input_value("#field-nx_items-2-type") == "I"
    expect(page.locator(".nx-grid-below [role=status]")).to_contain_text("已粘贴 11 行")
    expect(page.locator(".nx-grid-below [role=status]")).to_contain_text("2 个单元格")

    page.focus("#field-nx_items-1-name")
    page.keyboard.press("Alt+ArrowUp")
    assert names(page)[:2] == ["质量等级", "景区名称"]
    assert page.evaluate("document.activeElement.id") == "field-nx_items-0-name"
    page.keyboard.press("Control+Shift+Delete")
    assert names(page)[0] == "景区名称"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "field-nx_items-1-name"
    page.click("[aria-label='删除第 2 行']")
    assert names(page)[1] == "第2项"


def test_data_items_are_filled_in_from_the_columns_of_a_file(page: Page, tmp_path: Path) -> None:
    table = tmp_path / "景区.csv"
    table.write_text(SPOTS, encoding="gb18030")
    page.fill("#field-nx_items-0-name", "景区名称")
    page.fill("#field-nx_items-0-description", "全称")
    page.set_input_files(".nx-fill input[type=file]", str(table))
    expect(page.locator(".nx-grid-below [role=status]")).to_contain_text("5 列")
    assert names(page) == ["景区名称", "质量等级", "门票（元）", "评定日期", "接待人数"]
    kinds = [page.input_value(f"#field-nx_items-{row}-type") for row in range(5)]
    assert kinds == ["C", "C", "N", "D", "I"]
    assert page.input_value("#field-nx_items-0-description") == "全称"
    assert page.input_value("#field-nx_items-2-length") == "5,2"


def test_what_was_typed_survives_the_end_of_the_session_and_is_forgotten_once_it_is_saved(page: Page) -> None:
    page.fill("#field-title_translated-zh", "宁夏A级旅游景区名录")
    page.fill("#field-nx_items-0-name", "景区名称")
    page.get_by_label("文化旅游", exact=True).check()
    expect(page.locator(".nx-draft-state")).to_contain_text("自动存在本浏览器")
    page.context.clear_cookies()
    with page.expect_navigation():  # a refusal that comes later would end the session of the login below
        save(page)
    assert model.Session.query(model.Package).count() == 0
    page.goto("/user/login")
    page.fill("#field-login", "editor")
    page.fill("#field-password", "Jingqu-2026-mulu")
    page.press("#field-password", "Enter")
    page.wait_for_url(lambda url: "/user/login" not in url)
    page.goto("/dataset/new")
    page.click("text=恢复填写")
    assert page.input_value("#field-title_translated-zh") == "宁夏A级旅游景区名录"
    assert names(page) == ["景区名称"]
    assert page.get_by_label("文化旅游", exact=True).is_checked()
    page.fill("#field-notes_translated-zh", "全区A级旅游景区。")
    save(page)
    page.wait_for_url("**/resource/new")
    page.goto("/dataset/new")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".nx-draft-offer")).to_have_count(0)


def test_pickers_are_searched_and_chosen_by_keyboard(page: Page) -> None:
    page.focus("#field-nx_theme-search")
    page.keyboard.type("旅游")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".nx-pick-state").first).to_contain_text("文化旅游")
    assert page.eval_on_selector("#field-nx_theme", "list => list.selectedOptions.length") == 1
    page.fill("#field-nx_industry-search", "住宿")
    page.press("#field-nx_industry-search", "Tab")
    assert "住宿" in page.eval_on_selector("#field-nx_industry", "list => list.selectedOptions[0].text")
    assert page.locator("#field-nx_temporal_start").get_attribute("type") == "date"


def test_the_form_is_accessible_and_fits_narrow_and_wide(page: Page) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=RULES).response["violations"]
        assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        grid = page.locator(".nx-grid")
        assert grid.evaluate("box => box.scrollWidth <= box.clientWidth"), "the grid fits without scrolling sideways"


def test_one_dataset_with_two_files_takes_at_most_eight_clicks(log_in: Callable[..., Page], tmp_path: Path) -> None:
    """Clicks beside the fields, of the department's editor, until the head has it."""
    page, clicks = log_in("editor"), 0

    def click(selector: str) -> None:
        nonlocal clicks
        clicks += 1
        page.click(selector)
        page.wait_for_load_state()

    page.goto("/workbench")
    click("main a[href*='/dataset/new'] >> nth=0")
    page.fill("#field-title_translated-zh", "宁夏A级旅游景区名录")
    page.fill("#field-notes_translated-zh", "全区A级旅游景区的名称、等级、位置和联系电话。")
    page.select_option("#field-license_id", "nx-open-1.0", force=True)
    choose_class(page, scripts=True)
    page.select_option("#field-nx_format_category", "2")
    page.fill("#field-nx_format_type", "csv")
    page.fill("#field-nx_items-0-name", "景区名称")
    page.select_option("#field-nx_items-0-type", "C")
    page.fill("#field-nx_items-0-length", "200")
    for field, value in (("share_type", "1"), ("share_method_category", "platform"), ("share_method", "2")):
        page.select_option(f"#field-nx_{field}", value)
    page.select_option("#field-nx_is_open", "1")
    page.select_option("#field-nx_update_cycle", "6")
    page.fill("#field-nx_publish_date", "2024-05-31")
    page.fill("#field-nx_contact_name", "资源处")
    page.fill("#field-nx_contact_phone", "0951-5016000")
    click("#dataset-edit .form-actions button.btn-primary")
    for number, button in ((1, "again"), (2, "go-metadata")):
        table = tmp_path / f"景区{number}.csv"
        table.write_text("景区名称\n沙湖旅游景区\n", encoding="utf-8")
        page.set_input_files("#field-resource-upload", str(table))
        page.fill("#field-name", f"景区名录 {number}")
        click(f"button[name=save][value={button}]")
    click(".nx-review-banner a.btn")
    click(".nx-decision button[value=submit]")
    click("dialog.nx-confirm .btn-primary")
    expect(page.locator(".nx-state")).to_have_text("已提交登记")
    assert clicks <= 8
    state = model.Session.execute(sa.text("SELECT state FROM nx_review_case")).scalar()
    assert state == "submitted"
    assert model.Session.query(model.Resource).count() == 2
