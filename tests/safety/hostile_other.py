"""Hostile PDF, texts, archives, mail, pictures and data files, with what must come out."""

from __future__ import annotations

import base64
import email.message
import gzip
import io
import json
import struct
import tarfile
import uuid
import zipfile
import zlib

import pypdf
from PIL import Image, PngImagePlugin

from ckanext.nxopendata.core.tabular.values import check_characters
from tests.safety.files import ID, TEXT, packed, pdf, photograph, shown, tarred, workbook
from tests.safety.hostile_office import CLEAN, FOUND, HOMES, IDS, NAMES, NOT_CLEAN, UNREADABLE, rows_of

LIST = "姓名,家庭住址\n" + "".join(f"{name},{home}\n" for name, home in zip(NAMES, HOMES * 2, strict=False))
CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def _encrypt(user: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(shown(f"No {ID} here"))))
    writer.encrypt(user_password=user, owner_password="owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _attached() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(shown("open text"))))
    writer.add_attachment("list.csv", LIST.encode())
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _form() -> bytes:
    field = f"6 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 9 9]/V({ID})>>endobj"
    return pdf(shown("open text"), page="/Annots[6 0 R]", more=field)


def _two_pages() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(shown("open text"))))
    for page in pypdf.PdfReader(io.BytesIO(pdf("0.5 g 10 10 200 200 re f"))).pages:
        writer.add_page(page)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


_APART = (
    "BT /F 12 Tf " + " ".join(f"1 0 0 1 {40 + 7 * place} 200 Tm ({sign}) Tj" for place, sign in enumerate(ID)) + " ET"
)
_HEX = f"BT /F 12 Tf 40 200 Td <{ID.encode().hex()}> Tj ET"
_KERNED = f"BT /F 12 Tf 40 200 Td [({ID[:6]}) -15 ({ID[6:14]}) 20 ({ID[14:]})] TJ ET"
_UNSEEN = f"BT /F 12 Tf 3 Tr 40 200 Td ({ID}) Tj ET " + shown("open text", 100)
_OUTSIDE = f"BT /F 12 Tf 40 -900 Td ({ID}) Tj ET " + shown("open text", 100)
_NAME = shown("Ma Xiaohong, Yinchuan")


def _dbf() -> bytes:
    """A dBASE table, as shapefiles have them, in GBK."""
    fields = (("NAME", 10), ("ADDRESS", 60))
    head = b"".join(
        name.encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes((size, 0)) + bytes(14) for name, size in fields
    )
    rows = [
        b" " + name.encode("gbk").ljust(10) + f"{home} {number}".encode("gbk").ljust(60)
        for name, home, number in zip(NAMES, HOMES, IDS, strict=False)
    ]
    start = struct.pack("<BBBBIHH", 3, 126, 1, 1, len(rows), 33 + len(head), 71) + bytes(20)
    return start + head + b"\r" + b"".join(rows) + b"\x1a"


def _mail(kind: str) -> bytes:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@nx.gov.cn", "b@nx.gov.cn", "报表"
    message.set_content(
        "见下 " + TEXT if kind != "html" else "见下", cte="base64" if kind == "base64" else "quoted-printable"
    )
    if kind == "html":
        message.add_alternative(f"<p>{TEXT}</p>", subtype="html")
    if kind == "nested":
        outer = email.message.EmailMessage()
        outer["Subject"] = "转发"
        outer.set_content("无")
        outer.add_attachment(message)
        return bytes(outer)
    return bytes(message)


def _png(**extra: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in extra.items():
        info.add_itxt(name, text, zip=name == "packed")
    stream = io.BytesIO()
    Image.new("RGB", (20, 20)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def _jpeg_comment() -> bytes:
    picture = photograph(20)
    return picture[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(ID)) + ID.encode() + picture[2:]


def _twice() -> bytes:
    """An archive with two members of one name, of which programs show the last."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", TEXT)
        archive.writestr("b.txt", "无")
    return stream.getvalue().replace(b"b.txt", b"a.txt")


def _unlisted() -> bytes:
    """An archive whose directory does not name a member that is there."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("b.txt", "无")
    member = io.BytesIO()
    with zipfile.ZipFile(member, "w") as archive:
        archive.writestr("a.txt", TEXT)
    hidden = member.getvalue()[: member.getvalue().index(b"PK\x01\x02")]
    return hidden + plain.getvalue()


def _commented() -> bytes:
    stream = io.BytesIO(packed(**{"a.txt": "无"}))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = TEXT.encode()
    return stream.getvalue()


def _pax() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.txt")
        info.pax_headers = {"comment": TEXT}
        archive.addfile(info, io.BytesIO(b""))
    return stream.getvalue()


def cases() -> str:
    """Numbers of cases, place + day + order: a ninth of them passes as identity numbers by chance."""
    rows = [f"640104{2010 + n % 14}{1 + n % 12:02}{1 + n % 28:02}{n:04}" for n in range(1, 600)]
    passing = sum(check_characters.of_identity_number(row[:17]) == row[17] for row in rows)
    assert passing > 30
    return "受理编号,事项\n" + "".join(f"{row},社保登记\n" for row in rows)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


_KML = (
    '<?xml version="1.0"?><kml><Document><Placemark><name>张三</name><ExtendedData><Data name="身份证号">'
    f"<value>{ID}</value></Data></ExtendedData></Placemark></Document></kml>"
)
_OFD = (
    '<ofd:Page xmlns:ofd="urn:o"><ofd:TextObject><ofd:TextCode DeltaX="3 3">'
    f"{TEXT}</ofd:TextCode></ofd:TextObject></ofd:Page>"
)
_CARDS = "".join(
    f"BEGIN:VCARD\r\nFN:{name}\r\nTEL;TYPE=CELL:1389500123{n}\r\nEND:VCARD\r\n" for n, name in enumerate(NAMES)
)
_ATTRIBUTES = {"type": "Feature", "geometry": None}

OTHER: dict[str, tuple[bytes, str]] = {
    "hex.pdf": (pdf(_HEX), FOUND),
    "kerned.pdf": (pdf(_KERNED), FOUND),
    "glyphs-apart.pdf": (pdf(_APART), FOUND),
    "unseen.pdf": (pdf(_UNSEEN), FOUND),
    "outside.pdf": (pdf(_OUTSIDE), FOUND),
    "name-under-box.pdf": (pdf(_NAME + " 0 g 30 190 220 22 re f " + shown("open text", 100)), FOUND),
    "name-under-white-box.pdf": (pdf(_NAME + " 1 1 1 rg 30 190 220 22 re f " + shown("open text", 100)), FOUND),
    "name-under-annotation.pdf": (
        pdf(
            _NAME + shown("open text", 100),
            page="/Annots[6 0 R]",
            more="6 0 obj<</Type/Annot/Subtype/Square/IC[0 0 0]/C[0 0 0]/Rect[30 190 250 212]>>endobj",
        ),
        FOUND,
    ),
    "attachment.pdf": (_attached(), FOUND),
    "form.pdf": (_form(), FOUND),
    "information.pdf": (pdf(shown("open text"), more=f"6 0 obj<</Author({ID})>>endobj"), FOUND),
    "address.pdf": (
        pdf(
            shown("open text"),
            page="/Annots[6 0 R]",
            more=f"6 0 obj<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://a/?id={ID})>>>>endobj",
        ),
        FOUND,
    ),
    "script.pdf": (pdf(shown("open text"), more=f"6 0 obj<</S/JavaScript/JS(var a='{ID}')>>endobj"), FOUND),
    "password.pdf": (_encrypt("user"), UNREADABLE),
    "empty-password.pdf": (_encrypt(""), FOUND),
    "scan-on-page-two.pdf": (_two_pages(), UNREADABLE),
    "utf16-be.csv": (f"name,note\nZhang,{ID}\n".encode("utf-16-be"), FOUND),
    "utf32.txt": (TEXT.encode("utf-32"), FOUND),
    "big5.txt": (("經辦人身份證號碼" * 20 + ID).encode("big5"), FOUND),
    "capitals.txt": ("".join(CAPITALS[int(sign)] for sign in ID).encode(), FOUND),
    "half-full.txt": ("".join(chr(ord(s) + 0xFEE0) if n % 2 else s for n, s in enumerate(ID)).encode(), FOUND),
    "grouped.txt": (f"{ID[:6]} {ID[6:10]} {ID[10:14]} {ID[14:]}".encode(), FOUND),
    "ideographic-space.txt": (f"{ID[:6]}\u3000{ID[6:14]}\u3000{ID[14:]}".encode(), FOUND),
    "dots.txt": (f"证号{ID[:6]}.{ID[6:14]}.{ID[14:]}".encode(), FOUND),
    "every-digit-spaced.txt": (" ".join(ID).encode(), FOUND),
    "wrapped.txt": (f"经办人的证件号码是{ID[:11]}\n{ID[11:]}，已核。".encode(), FOUND),
    "apostrophe.csv": (f"a,b\n1,'{ID}\n".encode(), FOUND),
    "formula.csv": (f'a,b\n1,="{ID}"\n'.encode(), FOUND),
    "semicolons.csv": ("；".join(IDS).encode(), FOUND),
    "list.csv": (LIST.encode("gb18030"), FOUND),
    "list-pipe.txt": (LIST.replace(",", "|").encode(), FOUND),
    "list-without-head.csv": ("".join(f"{n},{i}\n" for n, i in zip(NAMES, IDS, strict=False)).encode(), FOUND),
    "head-on-row-five.csv": (("某街道2026年度救助名单\n\n制表：综合科\n\n" + LIST).encode(), FOUND),
    "prose.txt": ("，".join(f"{n}（1389500123{k}）" for k, n in enumerate(NAMES)).encode(), FOUND),
    "cards.csv": (("甲,乙\n" + "张,6222022000000000008\n李,6222022000000000016\n").encode(), FOUND),
    "names.json": (
        json.dumps([{"姓名": n, "家庭住址": h} for n, h in zip(NAMES, HOMES, strict=False)]).encode(),
        FOUND,
    ),
    "people.geojson": (
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{**_ATTRIBUTES, "properties": {"姓名": n, "民族": "回族"}} for n in NAMES],
            }
        ).encode(),
        FOUND,
    ),
    "deep-value.json": (json.dumps({"a": {"b": [{"c": {"d": [[[{"e": ID}]]]}}]}}).encode(), FOUND),
    "columns.json": (json.dumps({"columns": ["姓名", "身份证号"], "data": [["张三", ID]]}).encode(), FOUND),
    "entities.html": (f"<html><p>{_entities(ID)}</p></html>".encode(), FOUND),
    "split-tags.html": (f"<html><p>{ID[:6]}<b>{ID[6:14]}</b>{ID[14:]}</p></html>".encode(), FOUND),
    "data-address.html": (
        f"<html><a href='data:text/csv;base64,{base64.b64encode(LIST.encode()).decode()}'>a</a></html>".encode(),
        NOT_CLEAN,
    ),
    "entities.xml": (f"<a><b>{_entities(ID)}</b></a>".encode(), FOUND),
    "drawing.svg": (f'<svg xmlns="http://www.w3.org/2000/svg"><text>{ID}</text></svg>'.encode(), FOUND),
    "places.kml": (_KML.encode(), FOUND),
    "places.kmz": (packed(**{"doc.kml": _KML}), FOUND),
    "page.ofd": (packed(**{"OFD.xml": "<OFD/>", "Doc_0/Pages/Page_0/Content.xml": _OFD}), FOUND),
    "book.epub": (packed(**{"mimetype": "application/epub+zip", "a.xhtml": f"<html><p>{TEXT}</p></html>"}), FOUND),
    "paper.rtf": (rb"{\rtf1\ansi \'d6\'a4 " + f"{ID[:6]}{{\\b {ID[6:]}}}".encode() + b"}", NOT_CLEAN),
    "cards.vcf": (_CARDS.encode(), FOUND),
    "shape.dbf": (_dbf(), FOUND),
    "shape.zip": (packed(**{"a.dbf": _dbf(), "a.shp": bytes(100), "a.shx": bytes(100)}), FOUND),
    "data.parquet": (b"PAR1" + bytes(500) + b"PAR1", NOT_CLEAN),
    "data.sqlite": (b"SQLite format 3\0" + bytes(500) + TEXT.encode(), NOT_CLEAN),
    "twice.zip": (_twice(), FOUND),
    "unlisted.zip": (_unlisted(), NOT_CLEAN),
    "commented.zip": (_commented(), FOUND),
    "two-streams.gz": (gzip.compress("无".encode()) + gzip.compress(TEXT.encode()), FOUND),
    "trailing.gz": (gzip.compress("无".encode()) + TEXT.encode(), NOT_CLEAN),
    "header.tar": (_pax(), FOUND),
    "zip-in-tar-in-gz.tgz": (
        gzip.compress(tarred(packed(**{"a.xlsx": rows_of(("姓名", "身份证号"), ("张三", ID), state="hidden")}))),
        FOUND,
    ),
    "many.zip": (packed(**{f"{n}.txt": b"0" * 100_000 for n in range(900)}), NOT_CLEAN),
    "packed.zst": (b"\x28\xb5\x2f\xfd" + bytes(300), NOT_CLEAN),
    "disk.iso": (bytes(32769) + b"CD001" + bytes(3000), NOT_CLEAN),
    "base64.eml": (_mail("base64"), FOUND),
    "html.eml": (_mail("html"), FOUND),
    "nested.eml": (_mail("nested"), FOUND),
    "outlook.msg": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900) + TEXT.encode("utf-16-le") + bytes(900),
        NOT_CLEAN,
    ),
    "saved.mht": (
        b"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(f"<p>{TEXT}</p>".encode()),
        FOUND,
    ),
    "text.png": (_png(note=TEXT), FOUND),
    "packed-text.png": (_png(packed=TEXT), FOUND),
    "comment.jpg": (_jpeg_comment(), FOUND),
    "place.jpg": (photograph(20, place=True), FOUND),
    "after-the-end.jpg": (photograph(20) + packed(**{"a.txt": TEXT}), NOT_CLEAN),
    "inflated.bin": (bytes(64) + zlib.compress(TEXT.encode() * 20), NOT_CLEAN),
    "many-columns.csv": (("a," * 1_000_000 + f"{ID}\n").encode(), NOT_CLEAN),
    "one-line.txt": (("甲" * 3_000_000 + ID).encode(), FOUND),
    "zeros.txt": (bytes(4000) + TEXT.encode(), NOT_CLEAN),
    "masked.csv": (
        "姓名,身份证号,电话\n张*,640104********0014,138****1234\n李**,640104XXXXXXXX0018,139****1234\n王某,640104●●●●●●●●001X,—\n".encode(),
        CLEAN,
    ),
    "case-numbers.csv": (cases().encode(), CLEAN),
    "numbers-without-a-name.csv": (cases().replace("受理编号", "甲").encode(), UNREADABLE),
    "random.csv": (
        (
            "标识,散列\n" + "".join(f"{uuid.UUID(int=n**9)},{zlib.crc32(str(n).encode()):x}{n}\n" for n in range(900))
        ).encode(),
        CLEAN,
    ),
    "companies.csv": (
        (
            "单位名称,统一社会信用代码,办公电话\n"
            + "宁夏机密电子有限公司,91640100MA75X8XK5K,0951-5012345\n马氏餐饮有限公司,91640100MA75X8XK5K,0951-5012346\n"
            * 9
        ).encode(),
        CLEAN,
    ),
    "times.csv": (
        ("时间戳,订单号\n" + "".join(f"17{n:011},{20240102150300000000 + n}\n" for n in range(3000))).encode(),
        CLEAN,
    ),
    "law.txt": (
        (
            "宁夏回族自治区公开政府信息，国家秘密的范围由保密部门确定；身份证号码属于个人信息。"
            "咨询电话12345、0951-5012345。" * 9
        ).encode(),
        CLEAN,
    ),
    "plain.xlsx": (workbook(), CLEAN),
}
"""Name -> content, and what must come out of it."""
