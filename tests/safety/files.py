"""Files of every kind with one identity number somewhere; synthetic numbers alone."""

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
import py7zr
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image

ID = "640104199003070014"
TEXT = f"经办人{ID}，已核"


def seven_zip(password: str | None = None, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", password=password) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return stream.getvalue()


def packed(**members: bytes | str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_part(package: bytes, name: str, content: str) -> bytes:
    """The package with one more part, or with another content of one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return stream.getvalue()


def workbook(change: Callable[[Any, Any], None] = lambda book, sheet: None) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "统计"
    for row in (["县区", "数量"], ["兴庆区", 12], ["金凤区", 15]):
        sheet.append(row)
    change(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _sheet(state: str) -> Callable[[Any, Any], None]:
    def change(book: Any, sheet: Any) -> None:
        hidden = book.create_sheet("底稿")
        hidden.append(["姓名", "身份证号"])
        hidden.append(["张三", ID])
        hidden.sheet_state = state

    return change


def _hidden_cells(book: Any, sheet: Any) -> None:
    sheet["H40"] = ID
    sheet.column_dimensions["H"].hidden = True
    sheet.row_dimensions[40].hidden = True


def _number(book: Any, sheet: Any) -> None:
    sheet["C1"] = "证件号码"
    for row in (2, 3, 4):
        sheet.cell(row, 3).value = 640104199003070000


def _name(book: Any, sheet: Any) -> None:
    book.defined_names["经办"] = DefinedName("经办", attr_text=f'"{ID}"')


def _validation(book: Any, sheet: Any) -> None:
    rule = DataValidation(type="list", formula1=f'"{ID},无"')
    sheet.add_data_validation(rule)
    rule.add("D2")


def _comment(book: Any, sheet: Any) -> None:
    sheet["A2"].comment = Comment(TEXT, "某人")


def _header(book: Any, sheet: Any) -> None:
    sheet.oddHeader.center.text = TEXT


def _property(book: Any, sheet: Any) -> None:
    book.properties.description = TEXT


def _formula(book: Any, sheet: Any) -> None:
    sheet["D9"] = f'="{ID}"&"x"'


PIVOT = f"""<pivotCacheDefinition xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cacheFields>
<cacheField name="姓名"><sharedItems><s v="张三"/><s v="马晓红"/></sharedItems></cacheField>
<cacheField name="身份证号"><sharedItems><s v="{ID}"/><s v="640104198811110018"/></sharedItems></cacheField>
</cacheFields></pivotCacheDefinition>"""
DRAWING = (
    '<xdr:wsDr xmlns:xdr="urn:x" xmlns:a="urn:a"><xdr:sp><xdr:txBody><a:p><a:r><a:t>经办人640104</a:t></a:r>'
    "<a:r><a:t>199003070014</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>"
)


def document(change: Callable[[Any], None] = lambda paper: None) -> bytes:
    paper = docx.Document()
    paper.add_paragraph("关于公开数据的说明")
    change(paper)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _document_xml(body: str) -> bytes:
    xml = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        f"{body}</w:body></w:document>"
    )
    return with_part(document(), "word/document.xml", xml)


def _table(paper: Any) -> None:
    table = paper.add_table(rows=3, cols=2)
    for place, text in enumerate(("姓名", "残疾类别", "张三", "肢体", "马晓红", "视力")):
        table.cell(place // 2, place % 2).text = text


def pdf(content: str, *, more: str = "", page: str = "") -> bytes:
    """A PDF of one page with a content stream; ``more``: further objects from 6 on."""
    objects = [
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R{page}"
        "/Resources<</Font<</F 5 0 R>>>>>>endobj",
        f"4 0 obj<</Length {len(content)}>>stream\n{content}\nendstream endobj",
        "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
    ]
    body = "%PDF-1.4\n"
    places = []
    for item in objects + ([more] if more else []):
        places.append(len(body))
        body += item + "\n"
    start = len(body)
    body += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n"
    body += "".join(f"{place:010} 00000 n \n" for place in places)
    body += f"trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return body.encode("latin-1")


def shown(text: str, y: int = 200) -> str:
    return f"BT /F 12 Tf 40 {y} Td ({text}) Tj ET"


def revised() -> bytes:
    """A PDF that held a number, and an update after which its page shows another content."""
    first = pdf(shown(f"No {ID} here"))
    content = shown("Nothing to see here")
    place = len(first)
    update = f"4 0 obj<</Length {len(content)}>>stream\n{content}\nendstream endobj\n"
    start = place + len(update)
    old = first.rindex(b"startxref\n") + 10
    previous = int(first[old : first.index(b"\n", old)])
    update += (
        f"xref\n4 1\n{place:010} 00000 n \ntrailer<</Size 6/Root 1 0 R/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n"
    )
    return first + update.encode()


def mail() -> bytes:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@nx.gov.cn", "b@nx.gov.cn", "报表"
    message.set_content("见附件")
    message.add_attachment(workbook(_sheet("hidden")), maintype="application", subtype="x", filename="表.xlsx")
    return bytes(message)


def tarred(content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def photograph(size: int = 40, *, place: bool = False, text: str = "") -> bytes:
    image = Image.new("RGB", (size, size))
    exif = Image.Exif()
    if place:
        exif.get_ifd(0x8825)[2] = (38.0, 27.0, 59.0)
    if text:
        exif[0x010E] = text
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def encrypted_zip() -> bytes:
    content = bytearray(packed(**{"a.csv": TEXT}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


GEOJSON = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "geometry": None, "properties": {"姓名": "张三", "证件": {"号": ID}}}],
}

HOLDING: dict[str, bytes] = {
    "utf8.csv": f"姓名,备注\n张三,{TEXT}\n".encode(),
    "gbk.csv": f"姓名,备注\n张三,{TEXT}\n".encode("gb18030"),
    "utf16.txt": f"姓名\t备注\n张三\t{TEXT}\n".encode("utf-16"),
    "utf16-no-mark.csv": f"name,note\nZhang,{ID}\n".encode("utf-16-le"),
    "cr.csv": f"a,b\rc,{ID}\r".encode(),
    "quoted.csv": f'编号,备注\n1,"第一行\n{ID}\n第三行"\n'.encode(),
    "zero-width.txt": f"号{ID[:6]}\u200b{ID[6:]}".encode(),
    "full-width.txt": "".join(chr(ord(sign) + 0xFEE0) for sign in ID).encode(),
    "arabic.txt": "".join(chr(0x660 + int(sign)) for sign in ID).encode(),
    "chinese-digits.txt": "".join("零一二三四五六七八九"[int(sign)] for sign in ID).encode(),
    "joined.txt": f"批号{ID}{ID}".encode(),
    "late.csv": ("a,b\n" + "1,2\n" * 400_000 + f"3,{ID}\n").encode(),
    "sheet-hidden.xlsx": workbook(_sheet("hidden")),
    "sheet-very-hidden.xlsx": workbook(_sheet("veryHidden")),
    "cells-hidden.xlsx": workbook(_hidden_cells),
    "comment.xlsx": workbook(_comment),
    "name.xlsx": workbook(_name),
    "validation.xlsx": workbook(_validation),
    "header.xlsx": workbook(_header),
    "property.xlsx": workbook(_property),
    "formula.xlsx": workbook(_formula),
    "damaged-number.xlsx": workbook(_number),
    "pivot.xlsx": with_part(workbook(), "xl/pivotCache/pivotCacheDefinition1.xml", PIVOT),
    "text-box.xlsx": with_part(workbook(), "xl/drawings/drawing1.xml", DRAWING),
    "orphan-string.xlsx": with_part(workbook(), "xl/sharedStrings2.xml", f"<sst><si><t>{TEXT}</t></si></sst>"),
    "custom-xml.xlsx": with_part(workbook(), "customXml/item1.xml", f"<a><b>{ID}</b></a>"),
    "embedded.xlsx": with_part(workbook(), "xl/embeddings/a.xlsx", workbook(_comment)),  # pyright: ignore[reportArgumentType]
    "cdata.xlsx": with_part(
        workbook(),
        "xl/worksheets/sheet1.xml",
        f'<worksheet><sheetData><row><c t="inlineStr"><is><t><![CDATA[{ID}]]></t></is></c></row></sheetData>'
        "</worksheet>",
    ),
    "paragraph.docx": document(lambda paper: paper.add_paragraph(TEXT) and None),
    "table.docx": document(_table),
    "deleted.docx": _document_xml(
        f"<w:p><w:del><w:r><w:delText>{ID}</w:delText></w:r></w:del><w:ins><w:r><w:t>12345</w:t></w:r></w:ins></w:p>"
    ),
    "hidden.docx": _document_xml(f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{ID}</w:t></w:r></w:p>"),
    "split.docx": _document_xml(f"<w:p><w:r><w:t>{ID[:7]}</w:t></w:r><w:r><w:t>{ID[7:]}</w:t></w:r></w:p>"),
    "comments.docx": with_part(document(), "word/comments.xml", f"<w:c xmlns:w='u'><w:p><w:t>{ID}</w:t></w:p></w:c>"),
    "notes.pptx": packed(
        **{"[Content_Types].xml": "<Types/>", "ppt/notesSlides/notesSlide1.xml": DRAWING.replace("wsDr", "notes")}
    ),
    "page.pdf": pdf(shown(f"No {ID} here")),
    "box.pdf": pdf(shown(f"No {ID} here") + " 0 0 0 rg 60 195 140 16 re f " + shown("open text", 100)),
    "revised.pdf": revised(),
    "note.pdf": pdf(
        shown("open text"),
        page="/Annots[6 0 R]",
        more=f"6 0 obj<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents({ID})>>endobj",
    ),
    "unused-object.pdf": pdf(shown("open text"), more=f"6 0 obj<</Kept({ID})>>endobj"),
    "members.zip": packed(**{"说明.txt": "无", "data/名单.csv": TEXT}),
    "nested.zip": packed(**{"a.zip": packed(**{"b.zip": packed(**{"c.txt": TEXT})})}),
    "member-name.zip": packed(**{f"{ID}.txt": "无"}),
    "a.tar": tarred(TEXT.encode()),
    "a.7z": seven_zip(**{"data/名单.csv": TEXT.encode()}),
    "seven-in-zip.zip": packed(**{"a.7z": seven_zip(**{"b.zip": packed(**{"c.txt": TEXT})})}),  # pyright: ignore[reportArgumentType]
    "a.csv.gz": gzip.compress(TEXT.encode()),
    "a.csv.bz2": bz2.compress(TEXT.encode()),
    "a.csv.xz": lzma.compress(TEXT.encode()),
    "a.tar.gz": gzip.compress(tarred(TEXT.encode())),
    "a.geojson": json.dumps(GEOJSON, ensure_ascii=False).encode(),
    "escaped.json": ('{"a": "' + "".join(f"\\u{ord(sign):04x}" for sign in ID) + '"}').encode(),
    "number.json": f'{{"rows": [{{"id": {ID}}}]}}'.encode(),
    "key.json": json.dumps({ID: 1}).encode(),
    "key-of-object.json": json.dumps({ID: {"a": 1}}).encode(),
    "lines.json": f'{{"a": 1}}\n{{"a": "{ID}"}}\n'.encode(),
    "broken.json": f'{{"a": "{ID}", '.encode(),
    "a.xml": f"<rows><row><身份证号>{ID}</身份证号></row></rows>".encode(),
    "attribute.xml": f'<rows><row no="{ID}"/></rows>'.encode(),
    "comment.xml": f"<rows><!-- {ID} --></rows>".encode(),
    "gbk.xml": f'<?xml version="1.0" encoding="GB2312"?><rows><备注>{TEXT}</备注></rows>'.encode("gb2312"),
    "a.html": f"<!DOCTYPE html><table><tr><th>姓名<th>号<tr><td>张三<td>{ID}</table>".encode(),
    "script.html": f"<html><script>var a = '{ID}'</script></html>".encode(),
    "a.eml": mail(),
    "exif.jpg": photograph(text=f"ID {ID}"),
    "ole.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + TEXT.encode("utf-16-le") + bytes(600),
    "unknown.bin": bytes(range(256)) * 4 + TEXT.encode() + bytes(99),
}
"""Name -> a file that holds an identity number, or a table of persons."""

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "encrypted.zip": (encrypted_zip(), "encrypted"),
    "broken.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(range(200)), "damaged"),
    "encrypted.7z": (seven_zip("secret", **{"a.csv": TEXT.encode()}), "encrypted"),
    "bomb.7z": (seven_zip(**{"a.txt": b"0" * 60_000_000}), "ratio"),
    "appended.zip": (packed(**{"a.txt": "无"}) + TEXT.encode() * 3, "damaged"),
    "a.rar": (b"Rar!\x1a\x07\x01\x00" + bytes(range(200)), "format"),
    "bomb.zip": (packed(**{"a.txt": b"0" * 60_000_000}), "ratio"),
    "bomb.gz": (gzip.compress(b"0" * 60_000_000), "ratio"),
    "deep.zip": (packed(a=packed(b=packed(c=packed(d=packed(e="x"))))), "depth"),
    "deep.json": (b"[" * 100_000 + b"]" * 100_000, "depth"),
    "cut.zip": (packed(**{"a.txt": "无" * 5_000})[:-40], "damaged"),
    "entities.xml": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "damaged"),
    "scan.png": (photograph(800), "image"),
    "no-text.pdf": (pdf("0 0 0 rg 10 10 200 200 re f"), "no_text"),
    "broken.pdf": (b"%PDF-1.4\n" + bytes(300), "damaged"),
}
"""Name -> a file in which nothing was found, and why it is not clean."""

CLEAN: dict[str, bytes] = {
    "统计.csv": "县区,人口,占比\n兴庆区,808282,0.112\n金凤区,643952,0.089\n".encode(),
    "统计.xlsx": workbook(),
    "说明.docx": document(),
    "codes.csv": ("统一社会信用代码,名称\n" + "91640100MA75X8XK5K,某公司\n" * 5).encode(),
    "orders.csv": ("订单编号,时间戳\n" + "".join(f"1389500{n:04},17000000{n:05}\n" for n in range(3000))).encode(),
    "plain.pdf": pdf(shown("Annual report")),
    "empty.csv": b"",
    "icon.jpg": photograph(32),
    "a.7z": seven_zip(**{"a.csv": "县区,人口\n兴庆区,808282\n".encode()}),
    "a.zip": packed(**{"a.csv": "县区,人口\n兴庆区,808282\n"}),
}
