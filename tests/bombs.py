"""Small files that ask whoever reads them whole for far too much time or memory; made when a test wants them."""

import struct
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
ROWS = f'<worksheet xmlns="{MAIN}">{{}}<sheetData>{{}}</sheetData></worksheet>'
FAR_CELL = ROWS.format(
    '<dimension ref="A1:XFD1048576"/>',
    '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
)
NEAR_CELL = ROWS.format("", '<row r="1"><c r="A1"><v>1</v></c></row>')
ENTITIES = "<!DOCTYPE worksheet [{}]>".format(
    '<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 50}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
) + ROWS.format("", '<row r="1"><c r="A1" t="inlineStr"><is><t>&i;</t></is></c></row>')
MERGED = '<mergeCell ref="A1:XFD1048576"/>'
SST, CLOSED = f'<sst xmlns="{MAIN}">', "</t></si></sst>"
NO_STRINGS = (f'<sst xmlns="{MAIN}"><si><t>a</t></si></sst>',)


def _workbook(path: Path, sheet: Iterable[str], strings: Iterable[str] = NO_STRINGS) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        for name, texts in (("xl/sharedStrings.xml", strings), ("xl/worksheets/sheet1.xml", sheet)):
            with archive.open(name, "w") as member:
                for text in texts:
                    member.write(text.encode())


def _strings(number: int) -> Iterable[str]:
    yield f'<sst xmlns="{MAIN}">'
    for _ in range(number // 1000):
        yield "<si><t></t></si>" * 1000
    yield "</sst>"


def _understated(path: Path) -> None:
    """A workbook whose table of contents says that each part is small."""
    _workbook(path, [FAR_CELL], _strings(11_000_000))
    content = bytearray(path.read_bytes())
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        if struct.unpack_from("<I", content, place + 24)[0] > 1_000_000:
            struct.pack_into("<I", content, place + 24, 1000)
        place += 4
    path.write_bytes(content)


def _wide_rows() -> Iterable[str]:
    yield f'<worksheet xmlns="{MAIN}"><sheetData>'
    for _ in range(900):
        yield "<row>" + "<c><v>1</v></c>" * 10_000 + "</row>"
    yield "</sheetData></worksheet>"


WORKBOOKS: dict[str, Callable[[Path], None]] = {
    "11,000,000 shared strings and a cell in the last corner": lambda path: _workbook(
        path, [FAR_CELL], _strings(11_000_000)
    ),
    "shared strings within the limit and a cell in the last corner": lambda path: _workbook(
        path, [FAR_CELL], _strings(3_900_000)
    ),
    "a cell in the last corner": lambda path: _workbook(path, [FAR_CELL]),
    "sizes that are not true": _understated,
    "a sheet that unpacks to 400 MB": lambda path: _workbook(path, (" " * 1_000_000 for _ in range(400))),
    "nine million cells": lambda path: _workbook(path, _wide_rows()),
    "entities that expand to terabytes": lambda path: _workbook(path, [ENTITIES]),
    "20,000 parts": lambda path: _with_parts(path),
    "merged cells over the whole sheet, 200,000 times": lambda path: _workbook(
        path, [NEAR_CELL.replace("</worksheet>", f"<mergeCells>{MERGED * 200_000}</mergeCells></worksheet>")]
    ),
    "a string of 100 MB": lambda path: _workbook(path, [NEAR_CELL], [SST, "<si><t>", *["a" * 1_000_000] * 100, CLOSED]),
    "a part nested 500,000 deep": lambda path: _workbook(path, ["<a>" * 500_000]),
    "rows that all say they are the last": lambda path: _workbook(
        path, [ROWS.format("", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' * 20_000)]
    ),
    "a workbook in a workbook in a workbook": lambda path: _in_each_other(path, 3),
}


def _in_each_other(path: Path, levels: int) -> None:
    """A large workbook as a part of another, and so on."""
    _workbook(path, (" " * 1_000_000 for _ in range(150)))
    for _ in range(levels):
        inner = path.read_bytes()
        _workbook(path, [NEAR_CELL])
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/embeddings/1.xlsx", inner)


def _with_parts(path: Path) -> None:
    _workbook(path, [NEAR_CELL])
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/{number}", b"")


def _lines(path: Path, text: str, times: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for _ in range(times):
            file.write(text)


TEXTS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "JSON nested 200,000 deep": ("geojson", lambda path: _lines(path, '{"features":[' + "[" * 1_000_000, 1)),
    "GeoJSON of many small features": (
        "geojson",
        lambda path: _lines(path, '{"features":[' + '{"properties":{"a":{}}},' * 800_000 + "{}]}", 1),
    ),
    "a line of 50 MB": ("csv", lambda path: _lines(path, "a" * 1_000_000, 50)),
    "a line of 25 million columns": ("csv", lambda path: _lines(path, "a," * 500_000, 50)),
    "an open quotation": ("csv", lambda path: _lines(path, 'a,b\n"' + "x\n" * 500_000, 50)),
    "JSON of one line": ("json", lambda path: _lines(path, "[" * 1_000_000, 50)),
    "XML with entities": ("xml", lambda path: _lines(path, ENTITIES, 1)),
    "ten million empty lines": ("csv", lambda path: _lines(path, "\n" * 1_000_000, 10)),
    "nothing but zero bytes": ("csv", lambda path: _lines(path, "\0" * 1_000_000, 20)),
    "marks of UTF-16 and no pairs": ("csv", lambda path: path.write_bytes(b"\xff\xfe" + b"\x00\xd8" * 5_000_000)),
    "quotation marks alone": ("csv", lambda path: _lines(path, '"' * 1_000_000, 10)),
    "an open quotation in every line": ("csv", lambda path: _lines(path, 'a,"b\n' * 100_000, 10)),
    "every byte there is": ("csv", lambda path: path.write_bytes(bytes(range(256)) * 40_000)),
    "a number of a million digits": ("json", lambda path: _lines(path, '[{"a":' + "9" * 1_000_000 + "}]", 1)),
    "an exponent without end": ("json", lambda path: _lines(path, '[{"a":1e' + "9" * 1_000_000 + "}]", 1)),
    "a million keys in one object": (
        "json",
        lambda path: path.write_text("[{" + ",".join(f'"{n}":1' for n in range(1_000_000)) + "}]", encoding="utf-8"),
    ),
    "a key of 20 MB": ("json", lambda path: _lines(path, '[{"' + "a" * 20_000_000 + '":1}]', 1)),
    "other columns in each of a million rows": (
        "json",
        lambda path: path.write_text("[" + ",".join(f'{{"k{n}":1}}' for n in range(500_000)) + "]", encoding="utf-8"),
    ),
    "JSON objects in each other": ("json", lambda path: _lines(path, '{"a":' * 500_000, 4)),
    "coordinates nested 500,000 deep": (
        "geojson",
        lambda path: _lines(path, '{"features":[{"geometry":{"coordinates":' + "[" * 500_000, 1),
    ),
    "a polygon of two million points": (
        "geojson",
        lambda path: _lines(path, '{"features":[{"geometry":{"coordinates":[' + "[1,2]," * 2_000_000 + "[1,2]]}}]}", 1),
    ),
    "XML nested 500,000 deep": ("xml", lambda path: _lines(path, "<a>" * 500_000, 1)),
    "an element with a million attributes": (
        "xml",
        lambda path: path.write_text("<a " + " ".join(f'b{n}=""' for n in range(1_000_000)) + "/>", encoding="utf-8"),
    ),
    "an attribute of 20 MB": ("xml", lambda path: _lines(path, '<a b="' + "c" * 20_000_000 + '"/>', 1)),
}

OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
CONTENT = (
    f'<office:document-content xmlns:office="{OPEN}office:1.0" xmlns:table="{OPEN}table:1.0" '
    f'xmlns:text="{OPEN}text:1.0"><office:body><office:spreadsheet><table:table table:name="a">{{}}'
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)
ROW = '<table:table-row table:number-rows-repeated="{}"><table:table-cell table:number-columns-repeated="{}">{}'
CELL = "<text:p>1</text:p></table:table-cell></table:table-row>"


def _open_document(path: Path, content: Iterable[str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        with archive.open("content.xml", "w") as member:
            for text in content:
                member.write(text.encode())


OPEN_DOCUMENTS: dict[str, Callable[[Path], None]] = {
    "a cell repeated a billion times": lambda path: _open_document(
        path, [CONTENT.format(ROW.format(1_000_000, 1000, CELL))]
    ),
    "a row repeated 2,147,483,647 times": lambda path: _open_document(
        path, [CONTENT.format(ROW.format(2**31 - 1, 16384, CELL))]
    ),
    "a content of 400 MB": lambda path: _open_document(path, (" " * 1_000_000 for _ in range(400))),
}


def memory(name: str) -> int:
    """Bytes of this process: ``VmRSS`` now, ``VmHWM`` at most since the last ``forget_peak``."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def cost(work: Callable[[], Any]) -> tuple[float, int]:
    """Seconds, and bytes by which this process grew at most."""
    forget_peak()
    before, began = memory("VmRSS"), time.monotonic()
    work()
    return time.monotonic() - began, memory("VmHWM") - before
