"""Files of cases: a picture is written anew and public once the work is shown; evidence is for those who take part."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from PIL import Image
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.cases.files import file_store, pictures
from tests.cases.conftest import CaseSite
from tests.safety.test_texts_and_ends import serve_protocol

REUSE = {"name": "景区地图", "type": "application", "description": "自驾路线", "authors": "张三"}


def photograph(size: tuple[int, int] = (2400, 1200)) -> bytes:
    """What a telephone sends: turned on its side, with the place and the maker in its EXIF."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Huawei Pura"
    exif.get_ifd(0x8825)[2] = (38.0, 28.0, 7.5)
    out = io.BytesIO()
    Image.new("RGB", size, "#386").save(out, "JPEG", exif=exif, comment=b"640102199001011234")
    return out.getvalue()


def send(name: str, content: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def add(town: CaseSite, who: str, case: dict[str, Any], name: str, content: bytes, **more: Any) -> dict[str, Any]:
    data = {"role": "picture", "title": "路线图的首页"} | more
    return town.act(who, "nx_case_file_create", id=case["id"], upload=send(name, content), **data)


def status(app: Any, town: CaseSite, file: dict[str, Any], who: str = "") -> int:
    return app.get(f"/case/file/{file['id']}", headers=town.headers(who), follow_redirects=False).status_code


def test_a_picture_is_pixels_alone_and_public_while_the_work_is_shown(app: Any, town: CaseSite) -> None:
    town.dataset()
    case = town.apply(kind="reuse", answers=REUSE)
    page = app.flask_app.test_client().post(
        f"/case/{case['id']}/files",
        data={"role": "picture", "title": "首页", "upload": (io.BytesIO(photograph()), "首页.JPG")},
        headers=town.headers("applicant"),
    )
    assert page.status_code == 302
    file = town.act("applicant", "nx_case_show", id=case["id"])["files"][0]
    assert (file["file_name"], file["width"], file["height"]) == ("首页.webp", 800, 1600)
    got = app.get(f"/case/file/{file['id']}", headers=town.headers("applicant"))
    kept = Image.open(io.BytesIO(got.data))
    assert (got.mimetype, kept.format, dict(kept.getexif())) == ("image/webp", "WEBP", {})
    assert b"Huawei" not in got.data and b"640102" not in got.data
    assert [status(app, town, file, who) for who in ("", "other", "head")] == [404, 404, 200]
    assert town.act("", "nx_case_reuse_list")["results"] == []
    town.step("head", case, "show", outcome="shown")
    assert status(app, town, file) == 200
    assert f'/case/file/{file["id"]}" alt="首页"' in app.get("/reuses").body
    town.step("head", case, "hide", opinion="与数据无关")
    assert status(app, town, file) == 404


def test_what_is_no_picture_or_too_much_is_refused(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    case = town.apply(kind="reuse", answers=REUSE)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    wide = io.BytesIO()
    Image.new("1", (9000, 9000)).save(wide, "PNG")  # a few kilobytes that unpack to 81 million pixels
    for name, content in (("x.svg", svg), ("x.png", b"\x89PNG\r\n\x1a\n"), ("x.jpg", b""), ("x.png", wide.getvalue())):
        with pytest.raises(tk.ValidationError) as refused:
            add(town, "applicant", case, name, content)
        assert "upload" in refused.value.error_dict, name
    monkeypatch.setattr(file_store, "LARGEST", 1000)
    with pytest.raises(tk.ValidationError):
        add(town, "applicant", case, "x.jpg", photograph())
    monkeypatch.undo()
    small = photograph((60, 40))
    for wrong in ({"title": " "}, {"title": "联系 13895123456"}, {"role": "evidence"}):
        with pytest.raises(tk.ValidationError):
            add(town, "applicant", case, "x.jpg", small, **wrong)
    with pytest.raises(tk.ObjectNotFound):
        add(town, "other", case, "x.jpg", small)
    files = [add(town, "applicant", case, "x.jpg", small) for _ in range(file_store.MOST)]
    with pytest.raises(tk.ValidationError):
        add(town, "applicant", case, "x.jpg", small)
    with pytest.raises(tk.NotAuthorized):
        town.act("head", "nx_case_file_delete", id=case["id"], file=files[0]["id"])
    town.act("applicant", "nx_case_file_delete", id=case["id"], file=files[0]["id"])
    happened = [one["action"] for one in town.act("head", "nx_case_show", id=case["id"])["events"]]
    assert happened == ["create", *["file"] * file_store.MOST, "file_gone"]


def test_evidence_is_examined_and_for_those_who_take_part(app: Any, town: CaseSite) -> None:
    town.dataset()
    wrong = {"place": "电话", "present": "0951-1", "proposed": "0951-2", "evidence": "见附件"}
    case = town.apply(kind="correction", answers=wrong)
    role = {"role": "evidence", "title": "景区公告"}
    file = add(town, "applicant", case, "公告.txt", "联系人马女士 13895123456".encode(), **role)
    assert [status(app, town, file, who) for who in ("", "other", "stranger", "editor", "applicant")] == [
        *[404] * 3,
        *[200] * 2,
    ]
    got = app.get(f"/case/file/{file['id']}", headers=town.headers("editor"))
    assert "attachment" in got.headers["Content-Disposition"] and "no-store" in got.headers["Cache-Control"]
    macro = io.BytesIO()
    with zipfile.ZipFile(macro, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("word/document.xml", "<w:document xmlns:w='x'/>")
        book.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    for name, content in (("公告.docx", macro.getvalue()), ("公告.exe", b"MZ"), ("公告.pdf", b"MZ\x90\x00" * 300)):
        with pytest.raises(tk.ValidationError):
            add(town, "applicant", case, name, content, **role)
    town.step("editor", case, "reject", outcome="correct", opinion="无误")
    with pytest.raises(tk.ValidationError):
        add(town, "applicant", case, "公告.txt", b"x", **role)


def test_malware_is_not_taken_and_nothing_is_while_the_daemon_is_silent(
    town: CaseSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town.dataset()
    wrong = {"place": "电话", "present": "0951-1", "proposed": "0951-2", "evidence": "见附件"}
    case = town.apply(kind="correction", answers=wrong)
    role = {"role": "evidence", "title": "景区公告"}
    with serve_protocol(tmp_path) as address:
        monkeypatch.setitem(tk.config, "ckanext.nxopendata.safety.clamd", address)
        with pytest.raises(tk.ValidationError) as refused:
            add(town, "applicant", case, "公告.txt", b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE", **role)
        assert "恶意" in str(refused.value.error_dict["upload"]), refused.value.error_dict
        add(town, "applicant", case, "公告.txt", "景区电话已更换".encode(), **role)
    with pytest.raises(tk.ValidationError) as refused:
        add(town, "applicant", case, "公告.txt", "景区电话已更换".encode(), **role)
    assert "Try again later" in str(refused.value.error_dict["upload"])
    assert len(town.act("applicant", "nx_case_show", id=case["id"])["files"]) == 1


def test_a_picture_that_cannot_be_read_is_told_from_one_that_can() -> None:
    small = pictures.write_anew(photograph((40, 20)))
    assert small[1:] == (20, 40) and small[0][:4] == b"RIFF"
    with pytest.raises(pictures.NotAPictureError):
        pictures.write_anew(photograph()[:300])
