"""CSV that no spreadsheet program runs, whoever writes it."""

import ast
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from ckanext import nxopendata

from ckanext.nxopendata.core.tabular import csv_out

DANGEROUS = ['=HYPERLINK("http://x")', "+cmd|x", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_cell_runs_as_a_formula_and_it_can_be_had_back(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_out.to_bytes([[cell]], bom=False).decode(), newline=""))
    assert row == [f"'{cell}"]
    assert csv_out.unguard_formula(row[0]) == cell


@pytest.mark.parametrize("cell", DANGEROUS[:2] + DANGEROUS[3:])
def test_data_that_could_run_is_guarded_too(cell: str) -> None:
    assert csv_out.guard_data(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5", "+86 951-6041234", "-1,234.50", "—", "-", "'1", "甲"])
def test_data_that_are_numbers_stay_as_they_are(cell: str) -> None:
    assert csv_out.guard_data(cell) == cell


@pytest.mark.parametrize("cell", ["=1", "'=1", "''=1", "'-5", "-5", "'x", "'", ""])
def test_what_is_guarded_is_had_back(cell: str) -> None:
    assert csv_out.unguard_formula(csv_out.guard_formula(cell)) == cell
    assert csv_out.unguard_formula(csv_out.guard_data(cell)) == cell


def test_numbers_are_written_as_they_are_and_nothing_is_empty() -> None:
    assert csv_out.to_bytes([("a", -5, -0.5, None)], bom=False) == b"a,-5,-0.5,\r\n"


def test_a_byte_order_mark_comes_first_where_it_is_wanted() -> None:
    assert csv_out.to_bytes([["甲"]]) == b"\xef\xbb\xbf" + csv_out.to_bytes([["甲"]], bom=False)


def test_rows_are_written_as_they_come() -> None:
    taken = 0

    def rows() -> Iterator[list[str]]:
        nonlocal taken
        for _ in range(10 * csv_out.ROWS_AT_ONCE):
            taken += 1
            yield ["a"]

    pieces = csv_out.write(rows(), bom=False)
    assert next(pieces) == "a\r\n" * csv_out.ROWS_AT_ONCE
    assert taken == csv_out.ROWS_AT_ONCE


def test_nobody_else_writes_csv() -> None:
    package = Path(str(nxopendata.__file__)).parent
    writers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("writer", "DictWriter")
        and ast.unparse(node.value) == "csv"
    }
    assert writers == {"core/tabular/csv_out.py"}
