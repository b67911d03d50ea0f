"""Small files that ask whoever reads them whole for far too much time or memory; made when a test wants them."""

import struct
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

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
}


def _with_parts(path: Path) -> None:
    _workbook(path, [NEAR_CELL])
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/{number}", b"")


def _lines(path: Path, text: str, times: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for _ in range(times):
            file.write(text)


TEXTS: dict[str, tuple[str, Callable[[Path], None]]] = {
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
}
