"""Every export says the same: what is written is read back equal, cell for cell."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from openpyxl import load_workbook

from ckanext.nxopendata.core.tabular import csv_out, reader
from ckanext.nxopendata.tables.exports import dump, formats, registry, workbook
from ckanext.nxopendata.tables.exports.formats import Field

TEXTS = st.one_of(
    st.sampled_from(
        ["=1+1", "'=1+1", "''x", "-5", "+86 951", "001234", "a\r\nb", 'x"y,z;', " 两端 ", "_x0041_", "@a", "\ttab"]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20),
)
VALUES = {
    "text": TEXTS,
    "int8": st.integers(-(2**63), 2**63 - 1),
    "numeric": st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**16), max_value=10**16, places=6),
    "date": st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    "timestamp": st.datetimes(),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Field], list[tuple[Any, ...]]]:
    types = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=5))
    labels = draw(
        st.lists(TEXTS.filter(lambda text: text.isprintable()), min_size=len(types), max_size=len(types), unique=True)
    )
    fields = [
        Field(f"c{n}", label, type_, digits=23, scale=6)
        for n, (label, type_) in enumerate(zip(labels, types, strict=True))
    ]
    row = st.tuples(*(st.one_of(st.none(), VALUES[type_]) for type_ in types)).filter(any)
    return fields, draw(st.lists(row, max_size=6))


def write(name: str, fields: Sequence[Field], rows: Sequence[tuple[Any, ...]]) -> bytes:
    return b"".join(registry.FORMATS[name].write(fields, rows))


Read = Callable[[bytes], tuple[list[str], list[list[str]]]]
"""Gives the headers, and the cells as texts as CSV has them; "" for gaps."""


def read_csv(content: bytes) -> tuple[list[str], list[list[str]]]:
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    plain = [[csv_out.unguard_formula(cell) for cell in line] for line in lines]
    return plain[0], plain[1:]


def read_json(content: bytes, *, lines: bool = False) -> tuple[list[str], list[list[str]]]:
    texts = content.decode().split("\n")[:-1] if lines else [content.decode()]
    loaded = [json.loads(text, parse_float=Decimal) for text in texts]
    records = loaded if lines else loaded[0]
    return list(records[0]) if records else [], [[_json_text(cell) for cell in record.values()] for record in records]


def _json_text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else formats.to_text(value)


def read_xml(content: bytes) -> tuple[list[str], list[list[str]]]:
    rows = etree.fromstring(content)
    cells = [{value.get("name"): value.text or "" for value in row} for row in rows]
    return [], [list(row.values()) for row in cells]


def read_xlsx(content: bytes) -> tuple[list[str], list[list[str]]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    rows = [[_cell_text(cell) for cell in row] for row in sheet.iter_rows()]
    return rows[0], rows[1:]


def _cell_text(cell: Any) -> str:
    if isinstance(cell.value, str):
        text = cell.value.replace("_x000D_", "\r")
        return text.replace("_x005F_", "_")
    if isinstance(cell.value, dt.datetime):
        day = cell.number_format == "yyyy-mm-dd"
        return cell.value.date().isoformat() if day else cell.value.isoformat(" ")
    if isinstance(cell.value, float):
        return format(Decimal(repr(cell.value)), "f")
    return "" if cell.value is None else str(cell.value)


def read_parquet(content: bytes) -> tuple[list[str], list[list[str]]]:
    table = pq.read_table(io.BytesIO(content))
    return table.column_names, [[formats.to_text(cell) for cell in row.values()] for row in table.to_pylist()]


def same(expected: str, found: str, type_: str) -> bool:
    if type_ == "numeric" and expected:
        return bool(found) and Decimal(expected) == Decimal(found)
    if type_ in ("date", "timestamp") and "T" in found:
        found = found.replace("T", " ")
    return expected == found


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("csv", read_csv),
        ("csv-bom", read_csv),
        ("json", read_json),
        ("jsonl", lambda content: read_json(content, lines=True)),
        ("xlsx", read_xlsx),
        ("parquet", read_parquet),
    ],
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
def test_what_is_written_is_read_back(name: str, read: Read, table: tuple[list[Field], list[tuple[Any, ...]]]) -> None:
    fields, rows = table
    headers, found = read(write(name, fields, rows))
    if rows or name not in ("json", "jsonl"):
        assert headers == [field.label for field in fields]
    assert len(found) == len(rows)
    for row, cells in zip(rows, found, strict=True):
        for field, value, cell in zip(fields, row, cells, strict=True):
            assert same(formats.to_text(value), cell, field.type), (name, field, value, cell)


@settings(max_examples=100, deadline=None)
@given(table=tables())
def test_xml_holds_each_cell_under_its_header(table: tuple[list[Field], list[tuple[Any, ...]]]) -> None:
    fields, rows = table
    found = etree.fromstring(write("xml", fields, rows))
    assert len(found) == len(rows)
    for row, element in zip(rows, found, strict=True):
        cells = {value.get("name"): value.text or "" for value in element}
        expected = {f.label: formats.to_text(v) for f, v in zip(fields, row, strict=True) if v is not None}
        assert cells == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_our_own_reader_reads_the_workbook_as_the_csv(cells: list[str]) -> None:
    fields = [Field("c0", "列", "text"), Field("c1", "值", "text")]
    rows = [(cell, "1") for cell in cells]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(write("xlsx", fields, rows))
        sheet = reader.open_sheets(path, "xlsx", most_bytes=10**8)[0]
        read = [row[0] for row in list(sheet.lines())[1:]]
    from ckanext.nxopendata.core.tabular.cells import clean

    assert [text.replace("\r\n", "\n") for text in read] == [clean(cell).replace("\r\n", "\n") for cell in cells]


def test_a_workbook_cuts_nothing_silently_and_says_what_its_columns_are() -> None:
    field = Field("c0", "说明", "text", unit="人")
    with pytest.raises(workbook.CellTooLongError):
        write("xlsx", [field], [("长" * 40_000,)])
    book = load_workbook(
        io.BytesIO(b"".join(workbook.xlsx([field], [("甲",)], notes=[("列", "单位"), ("说明", "人")])))
    )
    assert book.sheetnames == ["数据", "说明"] and book["数据"].freeze_panes == "A2"
    assert [cell.value for cell in book["说明"][2]] == ["说明", "人"]


def test_numbers_keep_all_their_digits_in_json_and_parquet() -> None:
    value = Decimal("0.12345678901234567")
    field = Field("c0", "数", "numeric", digits=18, scale=17)
    assert write("json", [field], [(value,)]) == '[\n{"数":0.12345678901234567}\n]\n'.encode()
    assert pq.read_table(io.BytesIO(write("parquet", [field], [(value,)]))).to_pylist() == [{"数": value}]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_the_dump_has_the_headers_of_the_file(mark: str, delimiter: str) -> None:
    text = f"{mark}_id{delimiter}比重％\r\n1{delimiter}5\r\n"
    blocks = [text[:4].encode(), text[4:].encode()] if not mark else [text.encode()]
    found = b"".join(dump.with_headers(blocks, delimiter, {"比重％": '比重"%"'})).decode()
    assert found == f'{mark}_id{delimiter}"比重""%"""\r\n1{delimiter}5\r\n'


def test_dumps_in_json_and_xml_are_without_the_numbers_of_ckan() -> None:
    head = b'{\n  "fields": [{"id":"_id","type":"int"},{"id":"c","type":"text"}],\n  "records": ['
    blocks = [head + b'\n    [1,"a\\n    [2,"],\n    [2,null]', b',\n    [3,"[4,5"]', b"\n]}\n"]
    found = json.loads(b"".join(dump.without_ids_in_json(blocks, {"c": "列％"})))
    assert found == {"fields": [{"id": "列％", "type": "text"}], "records": [["a\n    [2,"], [None], ["[4,5"]]}
    rows = [b"<data>\n", b'<row _id="1"><c>&lt;row _id="1"</c></row>\n<row _id="22"><c>x</c></row>\n', b"</data>\n"]
    assert b"".join(dump.without_ids_in_xml(rows)).count(b"_id") == 1


def test_a_dump_of_chosen_columns_stays_as_it_is() -> None:
    blocks = [b'{\n  "fields": [{"id":"c","type":"int"}],\n  "records": [\n    [7]', b"\n]}\n"]
    assert b"".join(dump.without_ids_in_json(blocks, {})) == b"".join(blocks)


def test_elements_of_a_dump_in_xml_bear_the_header_of_the_file() -> None:
    rows = [
        b"<data>\n",
        '<row><比重 /><比重_0 xsi:nil="true" /><名称>&lt;比重&gt;</名称></row>\n'.encode(),
        b"</data>\n",
    ]
    found = b"".join(dump.with_headers_in_xml(rows, {"比重": '比重"%"', "比重_0": "比重 <元>"})).decode()
    names = [element.get("name") for element in etree.fromstring(found.replace("xsi:nil", "nil"))[0]]
    assert names == ['比重"%"', "比重 <元>", None]
