"""Import of a catalogue workbook into the site: preview, marks, apply."""

import base64
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from lxml import etree
from openpyxl import load_workbook
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.exchange import models as table
from ckanext.nxopendata.exchange import xml
from ckanext.nxopendata.exchange.imports import report
from ckanext.nxopendata.exchange.workbook import writer
from tests.bombs import WORKBOOKS
from tests.worker import work

from .books import ABOUT, FORM, changed, letter, numbered, workbook
from .samples import DATASET
from .test_hostile import TABLE, book

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture
def editor(department: dict) -> str:
    name = factories.User()["name"]
    helpers.call_action("organization_member_create", id=department["id"], username=name, role="editor")
    return name


@pytest.fixture
def act(editor: str) -> Act:
    """Call an action as the department's editor."""

    def call_as(action: str, /, **data: Any) -> Any:
        return helpers.call_action(action, {"user": editor, "ignore_auth": False}, **data)

    return call_as


@pytest.fixture
def preview(act: Act, department: dict) -> Act:
    def run(content: bytes, name: str = "目录.xlsx") -> dict:
        encoded = base64.b64encode(content).decode()
        data = {"owner_org": department["id"], "content": encoded, "file_name": name, "background": False}
        return act("nx_catalogue_import_preview", **data)

    return run


class TestPreview:
    def test_it_changes_nothing(self, preview: Act) -> None:
        shown = preview(workbook(numbered(1), numbered(2)))
        assert shown["problems"] == []
        assert shown["counts"]["create"] == 2
        assert model.Session.query(model.Package).count() == 0

    def test_what_is_there_already_is_unchanged_or_changed(self, preview: Act, act: Act) -> None:
        content = workbook(numbered(1), numbered(2))
        act("nx_catalogue_import_apply", id=preview(content)["id"], background=False)
        counts = preview(changed(content, {f"{letter('notes')}5": "另一段摘要"}))["counts"]
        assert (counts["create"], counts["update"], counts["unchanged"]) == (0, 1, 1)

    def test_the_rows_of_another_department_are_refused_at_the_cell(self, preview: Act) -> None:
        shown = preview(changed(workbook(numbered(1)), {f"{letter('provider')}5": "自治区统计局"}))
        assert [(p["code"], p["row"]) for p in shown["problems"]] == [("provider_other", 5)]

    def test_what_takes_too_long_while_somebody_waits_is_a_workers(
        self, preview: Act, act: Act, department: dict, tmp_path: Path
    ) -> None:
        WORKBOOKS["11,000,000 shared strings and a cell in the last corner"](tmp_path / "book")
        shown = preview((tmp_path / "book").read_bytes())
        assert "let it be read in the background" in shown["failure"]
        with pytest.raises(tk.ValidationError, match="larger than 4 MB: let it be read in the background"):
            preview(b"a,b\n" * 1_200_000, "a.csv")
        large = FileStorage(io.BytesIO(b"a,b\n" * 1_200_000), filename="a.csv")
        queued = act("nx_catalogue_import_preview", owner_org=department["id"], upload=large)
        assert queued["state"] == "queued"

    def test_a_file_that_is_no_workbook_is_told_so(self, preview: Act) -> None:
        shown = preview(b"PK\x03\x04 nothing")
        assert shown["state"] == "failed"
        assert shown["failure"]

    def test_only_members_may_see_it(self, department: dict) -> None:
        stranger = factories.User()["name"]
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action(
                "nx_catalogue_import_preview", {"user": stranger, "ignore_auth": False}, owner_org=department["id"]
            )


class TestApply:
    def test_the_datasets_are_the_rows(self, preview: Act, act: Act) -> None:
        done = act("nx_catalogue_import_apply", id=preview(workbook(numbered(1)))["id"], background=False)
        assert done["counts"]["create"] == 1
        dataset = act("package_show", id=done["datasets"][0]["id"])
        assert dataset["nx_items"][0]["name"] == "名称"
        assert dataset["nx_theme"] == ["7", "nx-tourism"]
        assert dataset["nx_resource_code"].startswith("214")

    def test_it_is_applied_once(self, preview: Act, act: Act) -> None:
        made = preview(workbook(numbered(1)))["id"]
        act("nx_catalogue_import_apply", id=made, background=False)
        with pytest.raises(tk.ValidationError):
            act("nx_catalogue_import_apply", id=made, background=False)

    def test_files_and_what_has_no_column_survive_an_update(self, preview: Act, act: Act, create: Act) -> None:
        made = create(
            title_translated={"zh": "宁夏景区名录第1期"}, nx_resource_code=None, nx_conforms_to=["GB/T 36344"]
        )
        shown = preview(workbook(numbered(1, notes_translated={"zh": "另一段摘要"})))
        assert shown["counts"]["update"] == 1, shown
        act("nx_catalogue_import_apply", id=shown["id"], background=False)
        after = act("package_show", id=made["id"])
        assert [resource["id"] for resource in after["resources"]] == [resource["id"] for resource in made["resources"]]
        assert after["nx_conforms_to"] == ["GB/T 36344"]
        assert after["nx_resource_code"] == made["nx_resource_code"]

    def test_a_language_without_column_stays_and_an_empty_cell_clears_it(
        self, preview: Act, act: Act, create: Act
    ) -> None:
        made = create()
        head = "信息资源代码,信息资源名称,信息资源摘要,关键词,信息项名称"
        row = f"{made['nx_resource_code']},宁夏景区名录,另一段摘要,旅游、景区,名称"

        def after(*lines: str) -> dict:
            shown = preview("\n".join(lines).encode(), "目录.csv")
            assert shown["counts"]["update"] == 1, shown["problems"]
            act("nx_catalogue_import_apply", id=shown["id"], background=False)
            return act("package_show", id=made["id"])

        kept = after(head, row)
        assert kept["title_translated"] == {"zh": "宁夏景区名录", "en": made["title_translated"]["en"]}
        assert kept["tags_translated"] == made["tags_translated"]
        cleared = after(f"{head},信息资源名称（英文）,关键词（英文）", f"{row},,")
        assert cleared["title_translated"] == {"zh": "宁夏景区名录"}
        assert "tags_translated" not in cleared
        english = after(f"{head},关键词（英文）", f"{row},tourism、scenic spots")
        assert english["tags_translated"] == {"zh": ["旅游", "景区"], "en": ["tourism", "scenic spots"]}
        fewer = preview(f"{head},关键词（英文）\n{row},tourism\n".encode(), "目录.csv")
        assert [(problem["row"], problem["column"]) for problem in fewer["problems"]] == [(2, 6)]

    def test_an_export_imported_again_changes_nothing(
        self, preview: Act, act: Act, create: Act, department: dict
    ) -> None:
        create()
        create(title_translated={"zh": "另一个名录"}, nx_resource_code=None)
        exported = base64.b64decode(act("nx_catalogue_export", owner_org=department["id"])["content"])
        assert preview(exported)["counts"] == {"create": 0, "update": 0, "delete": 0, "unchanged": 2, "error": 0}


FIXTURES = Path(__file__).parent / "fixtures"


def as_csv(encoding: str) -> bytes:
    rows = writer.delimited(FORM, [numbered(1), numbered(2)], {DATASET["owner_org"]: ABOUT})
    return rows.decode("utf-8-sig").encode(encoding)


class TestOtherFiles:
    def test_every_kind_of_file_previews_and_one_is_applied(self, preview: Act, act: Act) -> None:
        """Fixtures: see fixtures/README.md."""
        old = (FIXTURES / "目录.xls").read_bytes()
        files = {
            name: (FIXTURES / name).read_bytes() for name in ("目录.xls", "目录-ole.et", "目录-zip.et", "目录.ods")
        }
        files |= {f"{name}.csv": as_csv(name) for name in ("utf-8", "utf-8-sig", "utf-16", "gb18030")}
        for name, content in files.items():
            shown = preview(content, name)
            assert (shown["counts"]["create"], shown["problems"]) == (2, []), name
        shown = preview(old, "目录.xls")
        done = act("nx_catalogue_import_apply", id=shown["id"], background=False)
        dataset = act("package_show", id=done["datasets"][0]["id"])
        assert dataset["title"] == "宁夏A级旅游景区名录"
        assert [item["name"] for item in dataset["nx_items"]] == ["景区名称", "质量等级", "评定年份"]
        assert dataset["nx_publish_date"] == "2024-05-31"

    def test_a_catalogue_exported_as_csv_changes_nothing_when_it_comes_back(
        self, preview: Act, act: Act, create: Act, department: dict
    ) -> None:
        create(notes_translated={"zh": "=1+1 的结果"})
        made = act("nx_catalogue_export", owner_org=department["id"], format="csv")
        content = base64.b64decode(made["content"])
        assert b",'=1+1" in content
        assert made["file_name"].endswith(".csv")
        assert preview(content, "目录.csv")["counts"]["unchanged"] == 1


@pytest.mark.ckan_config("ckanext.nxopendata.catalogue.review", "office")
class TestUnderReview:
    def test_new_ones_are_drafts_and_changes_of_published_ones_wait(
        self, preview: Act, act: Act, create: Act, call: Act
    ) -> None:
        live = create(title_translated={"zh": "宁夏景区名录第1期"}, nx_resource_code=None)
        content = workbook(numbered(1, notes_translated={"zh": "另一段摘要"}), numbered(2))
        shown = preview(content)
        assert (shown["counts"]["create"], shown["counts"]["update"]) == (1, 1), shown["problems"]
        done = act("nx_catalogue_import_apply", id=shown["id"], background=False)
        assert done["problems"] == []
        new = next(one["id"] for one in done["datasets"] if one["action"] == "create")
        assert model.Package.get(new).private
        assert act("nx_review_show", id=new)["state"] == "draft"
        assert call("package_show", id=live["id"])["notes"] == live["notes"]
        pending = act("nx_review_show", id=live["id"])
        assert (pending["kind"], pending["state"]) == ("change", "draft")
        assert ["notes_translated", "zh", "另一段摘要"] in [[*c["path"], c["after"]] for c in pending["changes"]]


class TestXml:
    @pytest.fixture
    def send(self, preview: Act, act: Act) -> Act:
        """Import a package of records; its outcome."""

        def run(batch: str, *records: tuple[str, dict[str, Any]]) -> dict:
            content = xml.package(records, {DATASET["owner_org"]: ABOUT}, batch, "2026-11-23T00:00:00Z")
            shown = preview(content, "目录.xml")
            if shown["state"] == "failed":
                return shown
            return act("nx_catalogue_import_apply", id=shown["id"], background=False)

        return run

    def test_add_update_delete(self, send: Act, act: Act) -> None:
        made = send("1", (xml.ADD, numbered(1)), (xml.ADD, numbered(2)))
        assert made["counts"]["create"] == 2
        first, second = (numbered(number + 1, id=made["datasets"][number]["id"]) for number in range(2))
        changed_first = first | {"notes_translated": {"zh": "另一段摘要"}}
        done = send("2", (xml.UPDATE, changed_first), (xml.DELETE, second))
        assert (done["counts"]["update"], done["counts"]["delete"]) == (1, 1), done["problems"]
        assert act("package_show", id=first["id"])["notes"] == "另一段摘要"
        assert model.Package.get(second["id"]).state == "deleted"

    def test_what_is_wrong_is_told_in_the_receipt(self, send: Act) -> None:
        done = send("1", (xml.UPDATE, numbered(7)), (xml.ADD, numbered(8)))
        receipt = report.build_receipt(table.get(done["id"]) or {})
        results = etree.fromstring(receipt).findall(f"{xml.NS}result")
        assert [result.get("status") for result in results] == ["error", "create"]
        assert results[0].findtext(f"{xml.NS}message")

    def test_a_batch_is_imported_once(self, send: Act) -> None:
        send("1", (xml.ADD, numbered(1)))
        assert send("1", (xml.ADD, numbered(1)))["state"] == "failed"

    def test_an_export_imported_again_changes_nothing(
        self, preview: Act, act: Act, create: Act, department: dict
    ) -> None:
        create()
        made = act("nx_catalogue_export", owner_org=department["id"], format="xml")
        assert preview(base64.b64decode(made["content"]), "目录.xml")["counts"]["unchanged"] == 1

    def test_only_changes_are_exported(self, act: Act, create: Act, department: dict) -> None:
        create()
        for since, count in (("2020-01-01", 1), ("2999-01-01", 0)):
            made = act("nx_catalogue_export", owner_org=department["id"], format="xml", since=since)
            assert len(xml.read(base64.b64decode(made["content"])).drafts) == count


class TestPages:
    def test_an_editor_imports_with_the_browser(self, app: Any, editor: str, department: dict) -> None:
        headers = {"Authorization": factories.APIToken(user=editor)["token"]}
        address = f"/organization/{department['name']}/catalogue/"
        page = app.get(address, headers=headers).get_data(as_text=True)
        assert 'type="file"' in page
        upload = {"upload": (io.BytesIO(workbook(numbered(1))), "目录.xlsx")}
        response = app.post(address, data=upload, headers=headers, follow_redirects=False)
        preview_page = response.headers["Location"]
        work()
        page = app.get(preview_page, headers=headers).get_data(as_text=True)
        assert "宁夏景区名录第1期" in page
        app.post(preview_page, headers=headers, follow_redirects=False)
        work()
        assert model.Session.query(model.Package).count() == 1

    def test_the_template_and_the_export_are_workbooks(self, app: Any, editor: str, department: dict) -> None:
        headers = {"Authorization": factories.APIToken(user=editor)["token"]}
        for name in ("template", "export"):
            response = app.get(f"/organization/{department['name']}/catalogue/{name}.xlsx", headers=headers)
            assert FORM.sheet in load_workbook(io.BytesIO(response.data)).sheetnames

    def test_what_is_wrong_with_a_file_is_said_on_the_page(
        self, app: Any, preview: Act, editor: str, department: dict
    ) -> None:
        """In the reader's language; no address answers with a broken page."""
        headers = {"Authorization": factories.APIToken(user=editor)["token"]}
        corner = book(TABLE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
        head = "信息资源名称,信息资源摘要,更新周期,信息项名称,共享类形"
        files = {
            "角落.xlsx": (corner, "clear what stands far from the table"),
            "密码.xlsx": ((FIXTURES / "密码.xlsx").read_bytes(), "protected by a password"),
            "无表头.csv": (b"a,b\n1,2\n", "No sheet has the header"),
            "实体.xml": (
                b'<!DOCTYPE c [<!ENTITY a "x">]><catalogue><record/></catalogue>',
                "document type declaration",
            ),
            "空.csv": (b"\n", "No sheet has the header"),
            "错列.csv": (f"{head}\n甲,乙,每年,名称,无条件共享\n".encode(), "共享类形"),
        }
        for name, (content, words) in files.items():
            address = f"/en/organization/{department['name']}/catalogue/import/{preview(content, name)['id']}"
            assert words in app.get(address, headers=headers).get_data(as_text=True), name
            for file in ("marked.xlsx", "receipt.xml"):
                expected = 200 if (name, file) == ("错列.csv", "marked.xlsx") else 404
                app.get(f"{address}/{file}", headers=headers, status=expected)

    def test_rules_speak_the_language_of_who_asked(self, app: Any, editor: str, department: dict) -> None:
        headers = {"Authorization": factories.APIToken(user=editor)["token"]}
        content = changed(workbook(numbered(1)), {f"{letter('publish_date')}5": "2999-01-01"})
        upload = {"upload": (io.BytesIO(content), "目录.xlsx")}
        address = f"/en/organization/{department['name']}/catalogue/"
        sent = app.post(address, data=upload, headers=headers, follow_redirects=False)
        work()
        page = app.get(sent.headers["Location"], headers=headers).get_data(as_text=True)
        assert "future" in page
        entrance = app.get(address, headers=headers).get_data(as_text=True)
        assert "目录.xlsx" in entrance
        assert "Department of Culture and Tourism" in entrance

    def test_changes_since_a_day_are_exported_as_xml(
        self, app: Any, editor: str, department: dict, create: Act
    ) -> None:
        create()
        headers = {"Authorization": factories.APIToken(user=editor)["token"]}
        address = f"/organization/{department['name']}/catalogue/export.xml"
        for since, count in (("", 1), ("2020-01-01", 1), ("2999-01-01", 0)):
            response = app.get(f"{address}?since={since}", headers=headers)
            assert len(xml.read(response.data).drafts) == count
        app.get(f"{address}?since=gestern", headers=headers, status=400)

    def test_strangers_are_kept_out(self, app: Any, department: dict) -> None:
        headers = {"Authorization": factories.APIToken(user=factories.User()["name"])["token"]}
        app.get(f"/organization/{department['name']}/catalogue/", headers=headers, status=403)
        app.get(f"/organization/{department['name']}/catalogue/export.xlsx", headers=headers, status=403)


LONG_AGO = dt.datetime.fromisoformat("2020-01-01")


class TestTidying:
    def test_old_files_go_and_work_that_was_left_is_over(self, preview: Act, act: Act, department: dict) -> None:
        old, stuck = (preview(workbook(numbered(number)))["id"] for number in (1, 2))
        table.change(old, created=LONG_AGO)
        table.change(stuck, created=LONG_AGO, state=table.APPLYING)
        fresh = preview(workbook(numbered(3)))["id"]
        table.tidy()
        assert [(table.get(one) or {})["has_file"] for one in (old, stuck, fresh)] == [False, False, True]
        assert act("nx_catalogue_import_show", id=stuck)["failure"]
        with pytest.raises(tk.ValidationError):
            act("nx_catalogue_import_apply", id=old, background=False)
        listed = act("nx_catalogue_import_list", owner_org=department["id"])
        assert (listed[0]["id"], listed[0]["state"]) == (fresh, "previewed")
        assert len(listed) == 3


class TestCommands:
    def test_import_previews_and_applies(self, cli: Any, department: dict, tmp_path: Path) -> None:
        from ckan.cli.cli import ckan

        file = tmp_path / "目录.xlsx"
        file.write_bytes(workbook(numbered(1)))
        result = cli.invoke(ckan, ["nx", "catalogue", "import", department["name"], str(file)])
        assert "create: 1" in result.output, result.output
        assert model.Session.query(model.Package).count() == 0
        result = cli.invoke(ckan, ["nx", "catalogue", "import", "--apply", department["name"], str(file)])
        assert result.exit_code == 0, result.output
        assert model.Session.query(model.Package).count() == 1

    def test_export_and_template_write_files(self, cli: Any, department: dict, tmp_path: Path) -> None:
        from ckan.cli.cli import ckan

        for arguments in (["template"], ["export", department["name"]]):
            file = tmp_path / f"{arguments[0]}.xlsx"
            result = cli.invoke(ckan, ["nx", "catalogue", *arguments, str(file)])
            assert result.exit_code == 0, result.output
            assert FORM.sheet in load_workbook(file).sheetnames
