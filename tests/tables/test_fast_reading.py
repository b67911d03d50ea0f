"""The fast reader of texts gives what the careful one gives, or leaves the text to it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.tables.reader import plain_text, table

CELLS = st.one_of(
    st.sampled_from(
        ["", "甲", "银川市", "0012", "1,234", "28.27%", "2023-01-05", "2023.1", "—", "12", "-3.50", "合计"]
    ),
    st.sampled_from(
        ['说"是"', "'001", '="001"', "a\u00a0b", "\u200bx", "注：按普查", "来源：统计局", " 1 ", "Ａ１", "a;b|c"]
    ),
    st.integers(-(10**6), 10**6).map(str),
    st.text("abc甲乙12,.\"' \u3000;\t", max_size=6),
)
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A text with a header, perhaps with slips: open quotation marks, empty lines, rows that are longer or shorter."""
    width, delimiter, end = draw(st.integers(1, 5)), draw(st.sampled_from([",", "\t", ";"])), draw(ENDS)
    quoted = draw(st.booleans())

    def write(cell: str) -> str:
        needs = delimiter in cell or '"' in cell
        return '"' + cell.replace('"', '""') + '"' if needs and quoted else cell

    lines = [delimiter.join(f"列名{number}" for number in range(width))]
    for _ in range(draw(st.integers(1, 12))):
        cells = [write(draw(CELLS)) for _ in range(width + draw(st.sampled_from([0, 0, 0, 0, 0, 0, -1, 1])))]
        lines.append(delimiter.join(cells))
        if draw(st.integers(0, 20)) == 0:
            lines.append("")
    return (end.join(lines) + draw(st.sampled_from(["", end, end * 3]))).encode(
        draw(st.sampled_from(["utf-8", "gb18030"]))
    )


def outcome(content: bytes) -> Any:
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        path.write_bytes(content)
        try:
            found = table.read(path, "csv")
        except UnreadableError as error:
            return error.code
    return found.columns, found.rows, list(found.lines()), found.around


@settings(max_examples=400, deadline=None)
@given(texts())
def test_both_readers_agree(content: bytes) -> None:
    careful = outcome(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_text, "WORTH", 0)
        assert outcome(content) == careful


def test_a_regular_text_is_read_by_the_fast_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("名称,数\n" + "".join(f'"站,{n}",{n}\n' for n in range(50_000)))
    monkeypatch.setattr(table, "read_rows", None)  # the careful one would need it
    found = table.read(path, "csv")
    assert found.rows == 50_000 and list(found.lines())[-1] == ["站,49999", "49999"]


@pytest.mark.parametrize(
    "slip",
    ["'001", "a\u200bb", '"开口', 'a"b"c', "两\n行", "甲,乙,丙,丁", "\x07", "甲\r乙", '="12"', '""a""'],
    ids=repr,
)
def test_a_slip_deep_in_a_text_is_left_to_the_careful_reader(tmp_path: Path, slip: str) -> None:
    path = tmp_path / "file"
    regular = "".join(f"站{n},{n}\n" for n in range(60_000))
    path.write_text("名称,数\n" + regular + f"{slip},7\n" + regular, newline="")
    sheet = next(iter(table.tables.locate(path, "csv", most_bytes=10**9, most_columns=400, plan=table.Plan())))
    assert plain_text.can_read(sheet.sheet, path.stat().st_size, 400)
    with pytest.raises(plain_text.IrregularTextError):
        list(plain_text.read(path, sheet.sheet, sheet.header))
    assert table.read(path, "csv").rows >= 120_000
