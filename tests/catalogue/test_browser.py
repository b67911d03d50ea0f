"""A dataset's way to the public in Chromium: the department fills the form, the office returns, and so on.

``NX_PICTURES`` names a folder that gets a picture of each stage.
"""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from openpyxl import load_workbook
from playwright.sync_api import Page, Response, expect

from ckanext.nxopendata.review.workflow.models import Case
from tests.exchange.books import FORM, PLANTED, changed, letter, numbered, workbook

from ..worker import work

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("with_plugins", "office_publishes", "clean_db", "clean_index", "clean_queues"),
]

TITLE = "宁夏A级旅游景区名录"
ITEMS = [
    ("景区名称", "C", "200"),
    ("质量等级", "C", "10"),
    ("所在县区", "C", "60"),
    ("评定年份", "I", ""),
    ("门票价格", "Y", ""),
    ("经度", "N", "10,6"),
    ("纬度", "N", "10,6"),
    ("联系电话", "C", "20"),
]


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("NX_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def choose_class(page: Page, scripts: bool) -> None:
    if not scripts:
        page.select_option("#field-nx_class_code", "214")
        return
    page.locator("#field-nx_class_code + .nx-cascade select").nth(0).select_option("2")
    page.locator("#field-nx_class_code + .nx-cascade select").nth(1).select_option("214")


def fill(page: Page, *, scripts: bool) -> None:
    """The form with three mistakes: no basis for not sharing, a wrong method, a date to come."""
    page.fill("#field-title_translated-zh", TITLE)
    page.fill("#field-title_translated-en", "Scenic spots of Ningxia")
    page.fill("#field-notes_translated-zh", "全区A级旅游景区的名称、等级、位置和联系电话。")
    page.fill("#field-tags_translated-zh", "旅游、景区")
    page.fill("#field-tags_translated-en", "tourism, scenic spots")
    choose_class(page, scripts)
    page.select_option("#field-nx_format_category", "2")
    page.fill("#field-nx_format_type", "csv")
    for row, (name, kind, length) in enumerate(ITEMS):
        page.fill(f"#field-nx_items-{row}-name", name)
        page.select_option(f"#field-nx_items-{row}-type", kind)
        page.fill(f"#field-nx_items-{row}-length", length)
    page.select_option("#field-nx_share_type", "3")
    page.select_option("#field-nx_share_method_category", "platform")
    page.select_option("#field-nx_share_method", "3")
    page.select_option("#field-nx_update_cycle", "6")
    page.fill("#field-nx_publish_date", "2999-01-01")
    page.fill("#field-nx_contact_name", "资源处")
    page.fill("#field-nx_contact_phone", "0951-5016000")


def mend(page: Page) -> None:
    page.select_option("#field-nx_share_type", "1")
    page.select_option("#field-nx_is_open", "1")
    page.select_option("#field-nx_share_method", "2")
    page.select_option("#field-license_id", "nx-open-1.0", force=True)
    page.fill("#field-nx_publish_date", "2024-05-31")


def save(page: Page) -> None:
    with page.expect_event("load"):
        page.click("#dataset-edit .form-actions button.btn-primary")


def errors_of(page: Page) -> dict[str, str]:
    """Every message in the form, by the field in whose place it stands."""
    found = {}
    for block in page.locator("#dataset-edit .error-block").all():
        group = block.locator("xpath=ancestor::*[contains(@class,'form-group')][1]")
        field = group.locator("input, select, textarea").first.get_attribute("id") or ""
        found[field.removeprefix("field-")] = block.inner_text()
    return found


def decide(page: Page, action: str, opinion: str = "") -> None:
    if opinion:
        page.fill("#opinion", opinion)
    for box in page.locator(".nx-decision input[type=checkbox][required]").all():
        box.check()  # what a dialog asks where there are scripts
    with page.expect_event("load"):
        page.click(f".nx-decision button[value={action}]")
        if page.locator("dialog.nx-confirm[open]").count():
            page.click("dialog.nx-confirm .btn-primary")


def from_queue(page: Page, action: str, opinion: str = "") -> None:
    page.goto("/review")
    with page.expect_event("load"):
        page.click(".nx-review-queue tbody a >> nth=0")
    decide(page, action, opinion)


def visit(page: Page, address: str) -> Response:
    answer = page.goto(address)
    assert answer
    return answer


def name_of_dataset() -> str:
    return model.Session.query(model.Package.name).scalar()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_form_to_the_public_and_a_change_beside_the_live_version(
    log_in: Callable[..., Page], tmp_path: Path, scripts: bool
) -> None:
    table = tmp_path / "景区名录.csv"
    table.write_text("景区名称,质量等级\n沙湖旅游景区,5A\n", encoding="utf-8")
    public, editor = log_in(), log_in("editor", scripts=scripts)

    editor.goto("/dataset/new")
    picture(editor, "0-form")
    fill(editor, scripts=scripts)
    save(editor)
    picture(editor, "1-mistakes")
    told = errors_of(editor)
    assert set(told) == {"nx_share_condition", "nx_share_method", "nx_publish_date"}
    assert "不予共享" in told["nx_share_condition"]
    assert "电子表格" in told["nx_share_method"]
    assert "不能晚于今天" in told["nx_publish_date"]
    assert editor.input_value("#field-nx_items-7-name") == "联系电话"
    assert editor.input_value("#field-nx_class_code") == "214"

    mend(editor)
    save(editor)
    editor.set_input_files("#field-resource-upload", str(table))
    editor.fill("#field-name", "景区名录")
    with editor.expect_event("load"):
        editor.click("button[name=save][value=go-metadata]")
    address = f"/dataset/{name_of_dataset()}"
    assert visit(public, address).status in (401, 403, 404)

    editor.goto(f"{address}/review")
    picture(editor, "2-draft")
    decide(editor, "submit")
    head, officer = log_in("head"), log_in("officer")
    from_queue(head, "forward")
    from_queue(officer, "return", "摘要请写明数据时间")
    picture(officer, "3-returned")

    editor.goto(f"{address}/review")
    expect(editor.locator(".nx-decisions")).to_contain_text("摘要请写明数据时间")
    editor.goto(f"{address.replace('/dataset/', '/dataset/edit/')}")
    editor.fill("#field-notes_translated-zh", "2024年全区A级旅游景区的名称、等级、位置和联系电话。")
    save(editor)
    editor.goto(f"{address}/review")
    decide(editor, "submit")
    from_queue(head, "forward")
    from_queue(officer, "publish")

    public.goto(address)
    expect(public.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    expect(public.locator("h1")).to_contain_text(TITLE)
    expect(public.locator("body")).to_contain_text("2024年全区A级旅游景区")
    for name, _kind, _length in ITEMS:
        expect(public.locator("main")).to_contain_text(name)
    file = public.locator("a[href*='/download/']").first.get_attribute("href")
    assert public.request.get(str(file)).text() == table.read_text(encoding="utf-8")
    public.goto(f"/en{address}")
    expect(public.locator("html")).to_have_attribute("lang", "en")
    expect(public.locator("h1")).to_contain_text("Scenic spots of Ningxia")
    expect(public.locator("body")).to_contain_text("Department of Culture and Tourism")
    expect(public.locator("[lang^='zh']", has_text="2024年全区A级旅游景区").first).to_be_visible()

    editor.goto(f"{address.replace('/dataset/', '/dataset/edit/')}")
    editor.fill("#field-title_translated-zh", "宁夏A级旅游景区名录（2025年）")
    save(editor)
    public.goto(address)
    expect(public.locator("body")).not_to_contain_text("2025年")
    editor.goto(f"{address}/review")
    expect(editor.locator(".nx-changes")).to_contain_text("2025年")
    decide(editor, "submit")
    from_queue(head, "forward")
    officer.goto("/review")
    picture(officer, "4-queue")
    officer.click(".nx-review-queue tbody a >> nth=0")
    picture(officer, "4-difference")
    for page in (f"{address}", f"/en{address}", "/dataset/"):
        assert "2025年" not in visit(public, page).text()
    assert TITLE in visit(public, address).text()
    decide(officer, "publish")
    public.goto(address)
    expect(public.locator("body")).to_contain_text("宁夏A级旅游景区名录（2025年）")
    picture(public, "5-public")


def test_a_workbook_of_two_hundred_with_twenty_errors_imports_the_rest_as_drafts(
    log_in: Callable[..., Page], tmp_path: Path
) -> None:
    """Preview, marked workbook and import in the browser; the department's datasets are reviewed, so all are drafts."""
    content = workbook(*(numbered(number) for number in range(200)))
    planted: dict[str, Any] = {}
    for number, error in enumerate(PLANTED * 2):
        ((key, value),) = error.items()
        planted[f"{letter(key)}{5 + 2 * number * 10}"] = value
    sent = tmp_path / "目录.xlsx"
    sent.write_bytes(changed(content, planted))

    editor, public = log_in("editor"), log_in()
    editor.goto("/organization/wlt/catalogue/")
    editor.set_input_files("#field-upload", str(sent))
    editor.click("#field-upload >> xpath=ancestor::form >> button[type=submit]")
    expect(editor.locator("progress")).to_be_visible()
    work()
    counts = editor.locator(".module-content .list-inline")
    # the page notices by itself that the import is over
    expect(counts).to_have_text(re.compile(r"\s*新增\s*180\s*有错误\s*20\s*"), timeout=60_000)
    assert editor.locator(".module-content table >> nth=0 >> tbody tr").count() == 20
    expect(editor.locator(".module-content table >> nth=0")).to_contain_text("日期不能晚于今天")
    picture(editor, "6-preview")
    assert model.Session.query(model.Package).count() == 0

    with editor.expect_download() as download:
        editor.click("a[href$='marked.xlsx']")
    back = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))[FORM.sheet]
    assert {cell.coordinate for row in back.iter_rows(min_row=5) for cell in row if cell.comment} == set(planted)

    editor.click(".module-content form button[type=submit]")
    expect(editor.locator("progress")).to_be_visible()
    work()
    expect(editor.locator(".module-content .alert-success")).to_contain_text("草稿", timeout=60_000)
    expect(counts).to_have_text(re.compile(r"\s*新增\s*180\s*有错误\s*20\s*"))
    picture(editor, "7-imported")
    model.Session.expire_all()
    assert model.Session.query(model.Package).filter_by(private=True).count() == 180
    cases = model.Session.execute(sa.select(Case.state, sa.func.count()).group_by(Case.state)).all()
    assert [tuple(row) for row in cases] == [("draft", 180)]
    assert visit(public, f"/dataset/{model.Session.query(model.Package.name).limit(1).scalar()}").status in (
        401,
        403,
        404,
    )
