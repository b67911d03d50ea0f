"""Files of every kind around the same rows: one function a container, hidden ones marked."""

from __future__ import annotations

import bz2
import email.message
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
from openpyxl.comments import Comment

Rows = list[list[str]]
COUNTS = [["县区", "数量"], ["兴庆区", "12"], ["金凤区", "15"]]


def _packed(**members: bytes | str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _with(package: bytes, name: str, content: str | bytes) -> bytes:
    stream = io.BytesIO(package)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _csv(rows: Rows) -> str:
    return "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\n" for row in rows)


def _text(rows: Rows) -> str:
    return "\n".join("；".join(f"{head}{cell}" for head, cell in zip(rows[0], row, strict=True)) for row in rows[1:])


def _workbook(change: Callable[[Any, Any], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in COUNTS:
        sheet.append(row)
    change(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _sheet(rows: Rows, state: str) -> bytes:
    def change(book: Any, sheet: Any) -> None:
        other = book.create_sheet("底稿")
        for row in rows:
            other.append(row)
        other.sheet_state = state

    return _workbook(change)


def _hidden_cells(rows: Rows) -> bytes:
    def change(book: Any, sheet: Any) -> None:
        sheet.delete_rows(1, 3)
        for number, row in enumerate(rows, 1):
            sheet.append(row)
            sheet.row_dimensions[number].hidden = number > 1
        sheet.auto_filter.ref = "A1:C1"

    return _workbook(change)


def _comments(rows: Rows) -> bytes:
    def change(book: Any, sheet: Any) -> None:
        for number, line in enumerate(_text(rows).split("\n"), 5):
            sheet.cell(number, 1, "见批注").comment = Comment(line, "a")

    return _workbook(change)


def _pivot(rows: Rows) -> bytes:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    fields = "".join(f'<cacheField name="{head}"><sharedItems/></cacheField>' for head in rows[0])
    records = "".join("<r>" + "".join(f'<s v="{cell}"/>' for cell in row) + "</r>" for row in rows[1:])
    package = _workbook(lambda book, sheet: None)
    package = _with(
        package,
        "xl/pivotCache/pivotCacheDefinition1.xml",
        f"<pivotCacheDefinition {space}><cacheFields>{fields}</cacheFields></pivotCacheDefinition>",
    )
    records = f"<pivotCacheRecords {space}>{records}</pivotCacheRecords>"
    return _with(package, "xl/pivotCache/pivotCacheRecords1.xml", records)


def _document(rows: Rows, change: Callable[[Any, Rows], None]) -> bytes:
    paper = docx.Document()
    paper.add_paragraph("关于公开数据的说明")
    change(paper, rows)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _word_table(paper: Any, rows: Rows) -> None:
    table = paper.add_table(rows=len(rows), cols=len(rows[0]))
    for number, row in enumerate(rows):
        for cell, text in zip(table.rows[number].cells, row, strict=True):
            cell.text = text


def _word_text(paper: Any, rows: Rows) -> None:
    for line in _text(rows).split("\n"):
        paper.add_paragraph(line)


def _word_part(rows: Rows, name: str, element: str = "t") -> bytes:
    lines = "".join(f"<w:p><w:r><w:{element}>{line}</w:{element}></w:r></w:p>" for line in _text(rows).split("\n"))
    part = f'<w:x xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{lines}</w:x>'
    return _with(_document(rows, lambda paper, rows: None), name, part)


def _slides(rows: Rows, name: str) -> bytes:
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in _text(rows).split("\n"))
    return _packed(
        **{
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": "<p/>",
            name: f'<p:s xmlns:p="p" xmlns:a="a">{lines}</p:s>',
        }
    )


def _opened(rows: Rows, *, hidden: bool) -> bytes:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(f"<table:table-row>{''.join(cell.format(c) for c in row)}</table:table-row>" for row in rows)
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    display = ' table:display="false"' if hidden else ""
    content = (
        f'<office:document-content xmlns:office="{names}office:1.0" xmlns:table="{names}table:1.0" '
        f'xmlns:text="{names}text:1.0"><office:body><office:spreadsheet><table:table table:name="a"{display}>{lines}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return _packed(**{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def _objects(rows: Rows) -> str:
    return json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]], ensure_ascii=False)


def _features(rows: Rows) -> str:
    features = [
        {"type": "Feature", "geometry": None, "properties": dict(zip(rows[0], row, strict=True))} for row in rows[1:]
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _xml(rows: Rows) -> str:
    lines = (
        "".join(f"<{head}>{cell}</{head}>" for head, cell in zip(rows[0], row, strict=True)).join(("<row>", "</row>"))
        for row in rows[1:]
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rows>{"".join(lines)}</rows>'


def _html(rows: Rows) -> str:
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<!DOCTYPE html><html><body><table>{''.join(lines)}</table></body></html>"


def _tarred(content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("a.csv")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def _mail(rows: Rows, *, attached: bool) -> bytes:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@nx.gov.cn", "b@nx.gov.cn", "报表"
    message.set_content("见附件" if attached else _text(rows))
    if attached:
        message.add_attachment(_csv(rows).encode(), maintype="text", subtype="csv", filename="a.csv")
    return bytes(message)


def _full_width(rows: Rows) -> str:
    return _csv(rows).translate({sign: sign + 0xFEE0 for sign in range(48, 58)})


CONTAINERS: dict[str, tuple[Callable[[Rows], bytes], bool]] = {
    "utf8.csv": (lambda rows: _csv(rows).encode(), False),
    "gbk.csv": (lambda rows: _csv(rows).encode("gb18030"), False),
    "utf16.csv": (lambda rows: _csv(rows).encode("utf-16"), False),
    "full-width.csv": (lambda rows: _full_width(rows).encode(), False),
    "prose.txt": (lambda rows: _text(rows).encode(), False),
    "objects.json": (lambda rows: _objects(rows).encode(), False),
    "features.geojson": (lambda rows: _features(rows).encode(), False),
    "rows.xml": (lambda rows: _xml(rows).encode(), False),
    "table.html": (lambda rows: _html(rows).encode(), False),
    "sheet.xlsx": (lambda rows: _sheet(rows, "visible"), False),
    "hidden-sheet.xlsx": (lambda rows: _sheet(rows, "hidden"), True),
    "very-hidden-sheet.xlsx": (lambda rows: _sheet(rows, "veryHidden"), True),
    "filtered-rows.xlsx": (_hidden_cells, True),
    "comments.xlsx": (_comments, True),
    "pivot-cache.xlsx": (_pivot, True),
    "embedded.xlsx": (
        lambda rows: _with(_workbook(lambda b, s: None), "xl/embeddings/a.xlsx", _sheet(rows, "hidden")),
        True,
    ),
    "table.ods": (lambda rows: _opened(rows, hidden=False), False),
    "hidden-table.ods": (lambda rows: _opened(rows, hidden=True), True),
    "table.docx": (lambda rows: _document(rows, _word_table), False),
    "text.docx": (lambda rows: _document(rows, _word_text), False),
    "notes.docx": (lambda rows: _word_part(rows, "word/footnotes.xml"), True),
    "deleted.docx": (lambda rows: _word_part(rows, "word/old.xml", "delText"), True),
    "slide.pptx": (lambda rows: _slides(rows, "ppt/slides/slide1.xml"), False),
    "slide-notes.pptx": (lambda rows: _slides(rows, "ppt/notesSlides/notesSlide1.xml"), True),
    "member.zip": (lambda rows: _packed(**{"a.csv": _csv(rows)}), False),
    "nested.zip": (lambda rows: _packed(**{"a.zip": _packed(**{"b.zip": _packed(**{"c.csv": _csv(rows)})})}), True),
    "member.tar.gz": (lambda rows: gzip.compress(_tarred(_csv(rows).encode())), False),
    "table.csv.bz2": (lambda rows: bz2.compress(_csv(rows).encode()), False),
    "table.csv.xz": (lambda rows: lzma.compress(_csv(rows).encode()), False),
    "attachment.eml": (lambda rows: _mail(rows, attached=True), True),
    "text.eml": (lambda rows: _mail(rows, attached=False), False),
}
"""Name -> what makes it of rows (the first the header), and whether what it holds is hidden from who opens it."""
