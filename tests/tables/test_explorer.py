"""Exploring a table: values with counts, distribution, several orders, columns, one row; without scripts."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.tables.explorer import facets, histogram

from .conftest import CSV_TEXT

Call = Callable[..., Any]


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.booleans())
def test_the_spans_of_a_distribution_hold_the_whole_range(low: float, span: float, whole: bool) -> None:
    low, high = (float(round(low)), float(round(low + span))) if whole else (low, low + span)
    begin, width, number = facets.choose_bins(low, high, whole=whole)
    room = 1e-6 * max(abs(low), abs(high), width)
    assert begin <= low + room and high - room <= begin + number * width
    assert 1 <= number <= facets.MOST_BARS + 1 and (not whole or width >= 1)


def test_a_bar_is_a_link_and_says_what_it_is() -> None:
    drawn = histogram.draw([histogram.Bar("0 至 <5>", 3, "?a=1&b=2"), histogram.Bar("5 至 10", 0, "?")], "分布")
    assert drawn.count("<a ") == 1 and "&lt;5&gt;" in drawn and "?a=1&amp;b=2" in drawn


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestPage:
    @pytest.fixture
    def page(self, dataset: dict[str, Any], upload: Call) -> str:
        file = upload(dataset, "景区名录.csv", CSV_TEXT)
        return f"/dataset/{dataset['name']}/resource/{file['id']}"

    def test_values_are_counted_within_the_other_filters_and_chosen_by_links(self, page: str, app: Any) -> None:
        text = _get(app, page, col="地级市", c="等级", o="is", v="5A")
        menu = text.partition('id="nx-column"')[2].partition("</section>")[0]
        counts = dict(re.findall(r'class="nx-value">([^<]+)</span><span class="nx-count">(\d+)<', menu))
        assert counts == {"银川市": "2", "石嘴山市": "1", "中卫市": "1"}
        # Two values of one column are alternatives; each is a chip that can be taken away.
        first = _link(menu, "石嘴山市")
        again = app.get(page + first).get_data(as_text=True)
        second = _link(again.partition('id="nx-column"')[2], "中卫市")
        both = app.get(page + second).get_data(as_text=True)
        assert _rows(both) == ["沙湖旅游景区", "沙坡头旅游景区"]
        chips = both.partition('class="nx-chosen"')[2].partition("</ul>")[0]
        assert chips.count("<li>") == 3
        # Chosen values stay in the list, with the counts of the others.
        assert 'aria-current="true"' in both.partition('class="nx-values"')[2].partition("</ul>")[0]
        assert "银川市" in both.partition('class="nx-values"')[2].partition("</ul>")[0]

    def test_values_are_searched_and_gaps_are_a_value(self, page: str, app: Any) -> None:
        found = _get(app, page, col="景区名称", fq="沙").partition('class="nx-values"')[2].partition("</ul>")[0]
        assert found.count("<li>") == 3
        menu = _get(app, page, col="门票价格").partition('class="nx-values"')[2].partition("</ul>")[0]
        assert "（空）" in menu
        narrowed = app.get(page + _link(menu, "（空）")).get_data(as_text=True)
        assert _rows(narrowed) == ["黄沙古渡原生态旅游区"]

    def test_the_bars_of_numbers_and_days_lead_to_exactly_their_rows(self, page: str, app: Any) -> None:
        for column in ("门票价格", "评定日期", "经度"):
            text = _get(app, page, col=column)
            bars = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"><title>', text)
            assert bars
            total = 0
            for link, label in bars:
                told = int(re.findall(r"：([\d,]+) 行", label)[0])
                assert len(_rows(app.get(page + html.unescape(link)).get_data(as_text=True))) == told
                total += told
            assert total == (5 if column == "门票价格" else 6)
        # The words of a column of text have no distribution.
        assert "nx-histogram" not in _get(app, page, col="景区名称")

    def test_rows_stand_in_several_orders_and_columns_are_hidden_and_pinned(self, page: str, app: Any) -> None:
        asked = {"sort": ["等级", "-门票价格"], "hide": ["经度", "纬度"], "pin": "地级市"}
        text = _get(app, page, **asked)
        assert _rows(text, column=1)[0] == "贺兰山岩画风景区"
        head = text.partition("<thead>")[2].partition("</thead>")[0]
        assert "经度" not in head and head.index("地级市") < head.index("景区名称")
        assert head.count("aria-sort") == 2 and "nx-pinned" in head
        assert "重新显示" in text
        # What is downloaded is what is seen: rows, columns, order.
        rows = list(csv.reader(io.StringIO(app.get(f"{page}/data.csv?{urlencode(asked, doseq=True)}").data.decode())))
        assert rows[0] == ["地级市", "景区名称", "等级", "行政区划代码", "门票价格", "评定日期"]
        assert rows[1][1] == "贺兰山岩画风景区" and len(rows) == 7
        (first, *_) = json.loads(app.get(f"{page}/data.json?{urlencode(asked, doseq=True)}").data)
        assert list(first) == rows[0]
        assert app.get(f"{page}/data.parquet?{urlencode(asked, doseq=True)}").data[:4] == b"PAR1"
        # Hiding every column hides none; a column that is not there hides nothing.
        assert len(_rows(_get(app, page, hide="没有"))) == 6

    def test_a_row_has_an_address_and_a_citation(self, page: str, app: Any) -> None:
        text = _get(app, page, row=2)
        row = text.partition('class="nx-row"')[2].partition("</section>")[0]
        assert "沙坡头旅游景区" in row and "2007-05-08" in row and "沙湖" not in row
        assert f"{page}?row=2" in row and "row=1" in row and "row=3" in row
        assert "表中没有这一行" in _get(app, page, row=99)
        assert "表中没有这一行" in _get(app, page, row="x")

    def test_amounts_have_separators_and_codes_have_none(self, dataset: dict[str, Any], upload: Call, app: Any) -> None:
        file = upload(dataset, "人口.csv", "年份,县区代码,常住人口（人）\n2019,640121,1234567\n2020,640122,7654321\n")
        text = _get(app, f"/dataset/{dataset['name']}/resource/{file['id']}")
        body = text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert "1,234,567" in body and ">640121<" in body and "2,019" not in body

    def test_a_wrong_column_or_value_is_told_or_left_out(self, page: str, app: Any) -> None:
        assert "nx-column-title" not in _get(app, page, col="没有这一列")
        assert "没有" in _get(app, page, sort="没有这一列")
        assert app.get(f"{page}?sort=%00&hide=%00&row=-1&page=-5", status=None).status_code in (200, 400)

    def test_two_values_of_one_column_do_not_hold_it_at_one(
        self, dataset: dict[str, Any], upload: Call, app: Any
    ) -> None:
        """Amounts of two years are not added because each is named by a filter."""
        text = "年份,县区,年末常住人口（万人）\n" + "".join(
            f"{year},{name},{number}\n" for year in (2019, 2020, 2021) for name, number in (("甲县", 1), ("乙县", 2))
        )
        file = upload(dataset, "人口.csv", text)
        address = f"/dataset/{dataset['name']}/resource/{file['id']}"
        asked = {"view": "chart", "x": "县区", "y": "年末常住人口（万人）", "agg": "sum"}
        one = _get(app, address, **asked, c="年份", o="is", v="2020")
        two = _get(app, address, **asked, c=["年份", "年份"], o=["is", "is"], v=["2019", "2020"])
        assert "<svg xmlns" in one and "<svg xmlns" not in two


def _get(app: Any, path: str, **asked: Any) -> str:
    return app.get(f"{path}?{urlencode(asked, doseq=True)}").get_data(as_text=True)


def _link(menu: str, value: str) -> str:
    """The link of a value in the menu of a column, without the place on the page."""
    found = re.search(rf'<a href="([^"#]+)[^"]*"[^>]*>(?:(?!</a>).)*>{re.escape(value)}</span>', menu)
    assert found, menu
    return html.unescape(found[1])


def _rows(text: str, column: int = 0) -> list[str]:
    body = text.partition('class="nx-table nx-table-data"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<td[^>]*>([^<]*)</td>", row)[column] for row in body.split("</tr>") if "<td" in row]
