"""Hostile workbooks, documents and slides, with what must come out; made without a look at the readers."""

from __future__ import annotations

import base64
import zlib
from typing import Any

from openpyxl.worksheet.table import Table

from tests.safety.files import ID, TEXT, document, packed, photograph, with_part, workbook

FOUND, NOT_CLEAN, UNREADABLE, CLEAN = "found", "not clean", "unreadable", "clean"
"""What must come out: something that keeps the file from the public; that or not readable; not readable; nothing."""

IDS = ("640104199003070014", "640104198811110018", "640104201503070029")
NAMES = ("张三", "马晓红", "李四海", "哈建军", "丁玉兰", "欧阳明月")
HOMES = ("兴庆区解放西街12号3栋402室", "金凤区正源南街5号楼2单元301", "利通区金星镇裕民路8号", "原州区古雁街道3组12号")
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

XLS = (
    "c-p&gUhu)fjZzO8(10BSGsD0CoD6J8VvIn{3F8Pb0OkMx2QgtZ2N3@s1w#sOasVTejg?_H?-_Pb9D?HeAp;Y`29|?Bl7Zn75XUeS"
    "F!<%?r7F-7IDy@e$Ov+SEh7ss?J+UT0b)J|NwB+wz+^I*6b6&)!D{z_Ne8e<FPO9is(rv1#c<x<Ps;+Djw6_qz;b**l96FMSkEo6"
    "h#`Y0!wFD2uAjgNQOnBUSd^KVGdLyWSa=wgFaTrDJvA@2C^6>&g9tDRmoR+&ufV|Y1(sJ2D2$5JSDcXnDE<RgoE?k!WF{5{h6aZJ"
    "35=kG*vi1e@S7PV!^C*MZecfwU(5>R0r^wo?5qATxPdb$2m{sc54H+sW?(D{Y>TrB2J$aQ@`eC&%Idzqeh0h1gG3bKIsJqf7|cuz"
    "3=K>SEiDZUj19~U3=B=UKt(w?>kFV{eO_>e-~o~;4E$iWAUInH01Nj&D?eWHO$xA&2a7a-i+f0=pbGK@!+(ZGkPe_`KClcETwV*z"
    ")&`SJU{j^RY$-4)0!++6S}i~n%5ZB2t7!qtssZgW27}A?>PT!2AiMQ-;10Rg$M%{)_B!{6RU+%I+b?8L0#;HfK>Z-t%%H=l!#Hau"
    "2<)_n(TvdI<1Uz##3)KQm;|71{|~MC_!<5(aDkbEU=pN)5sL~&unG`q$0WqC4IBgxNL48P!kuXdhdUG2a0jV?@Iax%j1&t@SYv?&"
    "s-6+7o)s1+4A|mi6pVsVFbYP&C>RB!V8j4MXj2i?oB}nNSfLG4cIddyUm*TBI!rQbK@dYe5S9SDrLGKlK)Q&blBDz_#=y!5GmDW("
    "J+SdY5C{j_Uc`{ikOX!|Hp%H1*r8xV_7Bk-1*n&WNVWeTDek1P{Q&%L`~m"
)
"""A workbook of Excel 97 with a very hidden sheet of a name and an identity number, packed."""


def rows_of(*rows: tuple[Any, ...], state: str = "visible") -> bytes:
    def change(book: Any, sheet: Any) -> None:
        target = sheet
        if state != "visible":
            target = book.create_sheet("底稿")
            target.sheet_state = state
        else:
            sheet.delete_rows(1, 3)
        for row in rows:
            target.append(row)

    return workbook(change)


def part(name: str, content: str | bytes, package: bytes | None = None) -> bytes:
    return with_part(package or workbook(), name, content)  # pyright: ignore[reportArgumentType]


def _rename(book: Any, sheet: Any) -> None:
    sheet.title = ID


def _rows(book: Any, sheet: Any, *rows: Any) -> None:
    for row in rows:
        sheet.append(row)


def _filtered(book: Any, sheet: Any) -> None:
    _rows(book, sheet, ("姓名", "家庭住址"), *zip(NAMES, HOMES * 2, strict=False))
    sheet.auto_filter.ref = "A4:B10"
    for row in range(5, 11):
        sheet.row_dimensions[row].hidden = True


def _table(book: Any, sheet: Any) -> None:
    _rows(book, sheet, ("a", ID), (1, 2))
    sheet.add_table(Table(displayName="t", ref="A4:B5"))


def _link(book: Any, sheet: Any) -> None:
    sheet["A2"].hyperlink = f"http://10.1.1.1/q?sfz={ID}"


def _format(book: Any, sheet: Any) -> None:
    sheet["A2"].number_format = f'"{ID}"'


RECORDS = (
    f'<pivotCacheRecords xmlns="{SPREADSHEET}">'
    + "".join(f'<r><s v="{name}"/><s v="{home}"/></r>' for name, home in zip(NAMES, HOMES * 2, strict=False))
    + "</pivotCacheRecords>"
)
FIELDS = (
    f'<pivotCacheDefinition xmlns="{SPREADSHEET}"><cacheFields><cacheField name="姓名"><sharedItems/></cacheField>'
    '<cacheField name="家庭住址"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>'
)
DAMAGED = (
    f'<pivotCacheRecords xmlns="{SPREADSHEET}">'
    + "".join(
        f'<r><n v="{value}"/></r>' for value in ("6.4010419900307E17", "6.4010419881111E17", "6.4010419700707E17")
    )
    + "</pivotCacheRecords>"
)
RICH = (
    f'<worksheet xmlns="{SPREADSHEET}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><r><t>640104</t></r>'
    "<r><rPr><b/></rPr><t>19900307</t></r><r><t>0014</t></r></is></c></row></sheetData></worksheet>"
)


def _word(body: str) -> bytes:
    return part("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>', document())


def _grid(paper: Any) -> None:
    table = paper.add_table(rows=2, cols=19)
    table.cell(0, 0).text = "身份证号"
    for place, sign in enumerate(("", *ID)):
        table.cell(1, place).text = sign


def _slides(name: str, text: str) -> bytes:
    body = f'<p:sld xmlns:p="urn:p" xmlns:a="urn:a" show="0"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'
    return packed(**{"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>", name: body})


def _ods(body: str, extra: str = "") -> bytes:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        f'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">{extra}<office:body><office:spreadsheet>'
        f"{body}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed(**{"mimetype": kind, "content.xml": content})


def _ods_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


_ODS_HIDDEN = (
    '<table:table table:name="a"><table:table-row>' + _ods_cell("县区") + "</table:table-row></table:table>"
    '<table:table table:name="底稿" table:display="false"><table:table-row table:visibility="collapse">'
    + _ods_cell("经办人")
    + _ods_cell(ID)
    + "</table:table-row></table:table>"
)
_ODS_NOTE = (
    '<table:table table:name="a"><table:table-row><table:table-cell><office:annotation><text:p>'
    f"{TEXT}</text:p></office:annotation><text:p>1</text:p></table:table-cell></table:table-row></table:table>"
)
_ODS_WIDE = (
    '<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000"><table:table-cell '
    'table:number-columns-repeated="1000000" office:value-type="string"><text:p>无</text:p></table:table-cell>'
    f"</table:table-row><table:table-row>{_ods_cell(ID)}</table:table-row></table:table>"
)

OFFICE: dict[str, tuple[bytes, str]] = {
    "worksheet-nobody-looked-at.xlsx": (
        rows_of(("姓名", "家庭住址"), *zip(NAMES, HOMES * 2, strict=False), state="hidden"),
        FOUND,
    ),
    "believers.xlsx": (
        rows_of(("姓名", "宗教信仰"), *((name, "伊斯兰教") for name in NAMES), state="veryHidden"),
        FOUND,
    ),
    "pupils.xlsx": (rows_of(("学生姓名", "出生日期"), *((name, "2017-05-01") for name in NAMES)), FOUND),
    "filtered.xlsx": (workbook(_filtered), FOUND),
    "records.xlsx": (
        part("xl/pivotCache/pivotCacheRecords1.xml", RECORDS, part("xl/pivotCache/pivotCacheDefinition1.xml", FIELDS)),
        FOUND,
    ),
    "records-damaged.xlsx": (part("xl/pivotCache/pivotCacheRecords1.xml", DAMAGED), FOUND),
    "thread.xlsx": (
        part("xl/threadedComments/threadedComment1.xml", f"<ThreadedComments><text>{TEXT}</text></ThreadedComments>"),
        FOUND,
    ),
    "external.xlsx": (
        part(
            "xl/externalLinks/externalLink1.xml",
            f'<externalLink xmlns="{SPREADSHEET}"><externalBook><sheetDataSet><sheetData sheetId="0"><row r="1">'
            f'<cell r="A1" t="str"><v>{ID}</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
        ),
        FOUND,
    ),
    "chart.xlsx": (
        part("xl/charts/chart1.xml", f"<c:c xmlns:c='u'><c:strCache><c:pt><c:v>{ID}</c:v></c:pt></c:strCache></c:c>"),
        FOUND,
    ),
    "sheet-name.xlsx": (workbook(_rename), FOUND),
    "table-column.xlsx": (workbook(_table), FOUND),
    "link.xlsx": (workbook(_link), FOUND),
    "number-format.xlsx": (workbook(_format), FOUND),
    "runs.xlsx": (part("xl/worksheets/sheet1.xml", RICH), FOUND),
    "three-cells.xlsx": (
        rows_of(
            ("姓", "地区", "生日", "顺序"), *((n[:1], i[:6], i[6:14], i[14:]) for n, i in zip(NAMES, IDS, strict=False))
        ),
        FOUND,
    ),
    "one-digit-a-cell.xlsx": (rows_of(("身份证号",), *(("", *number) for number in IDS)), FOUND),
    "damaged-no-header.xlsx": (
        rows_of(("a", "b"), (1, 640104199003070000), (2, 640104198811110000), (3, 640104197007070000)),
        FOUND,
    ),
    "macro.xlsm": (part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)), NOT_CLEAN),
    "object.xlsx": (
        part("xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900) + ID.encode()),
        NOT_CLEAN,
    ),
    "photographed-card.xlsx": (part("xl/media/image1.jpeg", photograph(900)), NOT_CLEAN),
    "custom-property.xlsx": (
        part("docProps/custom.xml", f"<Properties><property name='经办'><v>{ID}</v></property></Properties>"),
        FOUND,
    ),
    "printer-settings.xlsx": (part("xl/printerSettings/printerSettings1.bin", ID.encode("utf-16-le")), FOUND),
    "renamed-workbook.csv": (rows_of(("姓名", "身份证号"), ("张三", ID), state="veryHidden"), FOUND),
    "very-hidden.xls": (zlib.decompress(base64.b85decode(XLS)), FOUND),
    "very-hidden.et": (zlib.decompress(base64.b85decode(XLS)), FOUND),
    "encrypted.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1100) + "EncryptedPackage".encode("utf-16-le") + bytes(1500),
        UNREADABLE,
    ),
    "hidden.ods": (_ods(_ODS_HIDDEN), FOUND),
    "note.ods": (_ods(_ODS_NOTE), FOUND),
    "repeated.ods": (_ods(_ODS_WIDE), NOT_CLEAN),
    "footnote.docx": (
        part("word/footnotes.xml", f"<w:f xmlns:w='{WORD}'><w:p><w:t>{ID}</w:t></w:p></w:f>", document()),
        FOUND,
    ),
    "header.docx": (
        part("word/header3.xml", f"<w:h xmlns:w='{WORD}'><w:p><w:t>{ID}</w:t></w:p></w:h>", document()),
        FOUND,
    ),
    "moved.docx": (_word(f"<w:p><w:moveFrom><w:r><w:delText>{ID}</w:delText></w:r></w:moveFrom></w:p>"), FOUND),
    "field.docx": (_word(f'<w:p><w:r><w:instrText>HYPERLINK "http://a/?id={ID}"</w:instrText></w:r></w:p>'), FOUND),
    "box.docx": (
        _word(f"<w:p><w:r><w:txbxContent><w:p><w:r><w:t>{ID}</w:t></w:r></w:p></w:txbxContent></w:r></w:p>"),
        FOUND,
    ),
    "description.docx": (_word(f'<w:p><w:r><wp:docPr xmlns:wp="u" id="1" descr="{TEXT}"/></w:r></w:p>'), FOUND),
    "broken-lines.docx": (_word(f"<w:p><w:r><w:t>{ID[:6]}</w:t><w:br/><w:t>{ID[6:]}</w:t></w:r></w:p>"), FOUND),
    "grid.docx": (document(_grid), FOUND),
    "variables.docx": (
        part("word/settings.xml", f"<w:s xmlns:w='{WORD}'><w:docVar w:val='{ID}'/></w:s>", document()),
        FOUND,
    ),
    "glossary.docx": (
        part("word/glossary/document.xml", f"<w:d xmlns:w='{WORD}'><w:p><w:t>{ID}</w:t></w:p></w:d>", document()),
        FOUND,
    ),
    "chunk.docx": (part("word/afchunk1.html", f"<html><p>{TEXT}</p></html>", document()), FOUND),
    "old-version.docx": (
        part("word/embeddings/a.docx", document(lambda paper: paper.add_paragraph(TEXT)), document()),
        FOUND,
    ),
    "secret.docx": (document(lambda paper: paper.add_paragraph("机 密 ★ 10年")), FOUND),
    "secret-header.docx": (
        part("word/header1.xml", f"<w:h xmlns:w='{WORD}'><w:p><w:t>秘密★5年</w:t></w:p></w:h>", document()),
        FOUND,
    ),
    "hidden-slide.pptx": (_slides("ppt/slides/slide2.xml", TEXT), FOUND),
    "slide-comment.pptx": (_slides("ppt/comments/comment1.xml", TEXT), FOUND),
    "master.pptx": (_slides("ppt/slideMasters/slideMaster1.xml", TEXT), FOUND),
    "slide-workbook.pptx": (
        part(
            "ppt/embeddings/a.xlsx", rows_of(("姓名", "身份证号"), ("张三", ID)), _slides("ppt/slides/slide1.xml", "无")
        ),
        FOUND,
    ),
    "counties.xlsx": (
        rows_of(
            ("县区", "回族人口", "联系电话"),
            *((c, 120_000 + n, f"0951-50{n:05}") for n, c in enumerate(("兴庆区", "金凤区", "西夏区"))),
        ),
        CLEAN,
    ),
}
"""Name -> content, and what must come out of it."""
