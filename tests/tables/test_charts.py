"""Charts with an address: several series, files of each kind, embedding, and refusals."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.tables.charts import canvas, drawing, token
from ckanext.nxopendata.tables.query import Condition

from .test_profiles import INDICATORS, POPULATION

Call = Callable[..., Any]


@given(st.text(max_size=80))
def test_what_is_no_address_of_a_chart_is_refused(text: str) -> None:
    with pytest.raises(token.TokenError):
        token.from_token(text)


@given(st.lists(st.tuples(st.text(max_size=20), st.sampled_from(["is", "ge"]), st.text(max_size=40)), max_size=5))
def test_an_address_holds_all_that_a_chart_draws(filters: list[tuple[str, str, str]]) -> None:
    conditions = [Condition(column, operator, value.replace("\ud800", "")) for column, operator, value in filters]
    columns = ("县区", "年末常住人口", "")
    made = token.make_spec("71e19139-2160-5fd6-a9a7-a89ba73de19c", "line", columns, "avg", "name", conditions, "银川")
    assert token.from_token(token.to_token(made)) == made
    broken = token.to_token(made)[:-2]
    with pytest.raises(token.TokenError):
        token.from_token(broken)


@given(
    st.lists(st.tuples(st.text(max_size=30), st.floats(-1e9, 1e9)), min_size=1, max_size=12),
    st.sampled_from(["bar", "line"]),
)
def test_a_picture_is_well_formed_whatever_the_names(groups: list[tuple[str, float]], kind: str) -> None:
    names = [re.sub(r"[^\x20-\ud7ff]", "", name) for name, _ in groups]
    plot = canvas.Plot(kind, "<标题> & 'x'", "x", "y", names, [("a", [number for _, number in groups])])
    ElementTree.fromstring(drawing.draw(plot))


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestAddresses:
    def test_a_chart_of_several_series_has_an_address_files_and_an_embed(
        self, dataset: dict[str, Any], upload: Call, call: Call, app: Any
    ) -> None:
        people = upload(dataset, "年末常住人口.csv", POPULATION)
        page = f"/dataset/{dataset['name']}/resource/{people['id']}"
        asked = {"view": "chart", "x": "年份", "y": "年末常住人口（万人）", "agg": "sum", "kind": "line", "s": "县区"}
        shown = app.get(f"{page}?{urlencode(asked)}").get_data(as_text=True)
        found = re.search(r'id="nx-chart-link" href="[^"]*(/c/([^"]+))"', shown)
        assert found
        address, chart_id = found[1], found[2]
        own = app.get(address)
        text = own.get_data(as_text=True)
        assert own.status_code == 200 and "年末常住人口" in text and "json+oembed" in text
        for name in ("利通区", "红寺堡区", "盐池县", "同心县"):  # a line each, named in the legend
            assert f">{name}</text>" in text
        assert "宁夏A级旅游景区名录" in text and "CC" in text  # source and licence stand in the picture

        picture = app.get(f"{address}.svg")
        assert picture.content_type.startswith("image/svg+xml") and picture.data.count(b"<circle") == 12
        assert app.get(f"{address}.svg", headers={"If-None-Match": picture.headers["ETag"]}).status_code == 304
        assert app.get(f"{address}.png").data.startswith(b"\x89PNG")
        rows = list(csv.reader(io.StringIO(app.get(f"{address}.csv").get_data(as_text=True).lstrip("\ufeff"))))
        assert rows[0][:2] == ["年份", "县区"] and ["2021", "盐池县", "3"] in rows and len(rows) == 13
        numbers = json.loads(app.get(f"{address}.json").data)
        assert numbers["id"] == chart_id and numbers["source"]["provider"] and len(numbers["rows"]) == 12

        embed = app.get(f"{address}/embed")
        assert "frame-ancestors *" in embed.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in embed.headers and "Set-Cookie" not in embed.headers
        offered = app.get(f"/oembed?{urlencode({'url': f'http://test.ckan.net{address}'})}").json
        assert offered["type"] == "rich" and f"{address}/embed" in offered["html"]
        assert app.get("/oembed?url=http://example.org/").status_code == 404
        assert app.get("/c/none").status_code == 404

        # Counties of one year are added; over years they are not; nobody sees what is not public.
        wrong = token.make_spec(people["id"], "bar", ("县区", "年末常住人口（万人）", ""), "sum", "value", (), "")
        refused = app.get(f"/c/{token.to_token(wrong)}")
        assert refused.status_code == 400 and "年份" in refused.get_data(as_text=True)
        call("package_patch", id=dataset["id"], private=True)
        assert app.get(address).status_code in (403, 404) and app.get(f"{address}.csv").status_code in (403, 404)

    def test_the_page_of_the_dataset_shows_the_data_and_files_of_one_content_as_one(
        self, dataset: dict[str, Any], upload: Call, call: Call, app: Any
    ) -> None:
        upload(dataset, "人口（CSV）.csv", "县区,2020年人口（人）\n" + "".join(f"县{n},{n}000\n" for n in range(1, 9)))
        upload(dataset, "人口（XLSX）.csv", "县区\t2020年人口（人）\n" + "县1\t1000\n" * 8, format="XLSX")
        upload(dataset, "指标.csv", INDICATORS)
        text = app.get(f"/dataset/{dataset['name']}").get_data(as_text=True)
        first, files = text.partition('id="nx-files"')[::2]
        assert "<svg xmlns" in first and "县8" in first and "/c/" in first
        listed = files.partition("</section>")[0]
        assert listed.count('class="nx-file"') == 2 and "CSV" in listed and "XLSX" in listed

        call("package_patch", id=dataset["id"], license_id="nx-conditional-1.0", nx_open_condition="签订使用协议")
        locked = app.get(f"/dataset/{dataset['name']}").get_data(as_text=True)
        assert "nx-lock" in locked and "县8" not in locked and "<svg xmlns" not in locked
        assert "wlt@nx.example" in locked or "/case/new/application" in locked


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestChoices:
    def test_series_and_years_are_chosen_by_links_and_sliders_that_are_filters(
        self, dataset: dict[str, Any], upload: Call, app: Any
    ) -> None:
        people = upload(dataset, "年末常住人口.csv", POPULATION)
        page = f"/dataset/{dataset['name']}/resource/{people['id']}"
        asked = {"view": "chart", "x": "年份", "y": "年末常住人口（万人）", "agg": "sum", "kind": "line", "s": "县区"}
        text = app.get(f"{page}?{urlencode(asked)}").get_data(as_text=True)
        assert 'type="range"' in text
        picker = text.partition('class="nx-values"')[2].partition("</ul>")[0]
        assert picker.count("<li>") == 4
        link = html.unescape(re.findall(r'<a href="([^"]+)"[^>]*>(?:(?!</a>).)*盐池县', picker)[0])
        one = app.get(page + link.partition("#")[0]).get_data(as_text=True)
        assert "☑" in one and one.count("<circle") == 3  # three years of the one county
        # Every kind that fits is drawn at its own address; the title goes with it.
        for kind in ("multiples", "slope", "stacked", "area", "table"):
            drawn = app.get(f"{page}?{urlencode({**asked, 'kind': kind, 'title': '我的图'})}").get_data(as_text=True)
            found = re.search(r'id="nx-chart-link" href="[^"]*(/c/[^"]+)"', drawn)
            assert found, kind
            picture = app.get(f"{found[1]}.svg").get_data(as_text=True)
            assert "我的图" in picture and "盐池县" in picture, kind
            assert app.get(f"{found[1]}.json").json["kind"] == kind

    def test_a_kind_that_does_not_fit_is_refused_with_the_reason(
        self, dataset: dict[str, Any], upload: Call, app: Any
    ) -> None:
        rows = "".join(f"{name},{number}\n" for name, number in (("甲县", 5), ("乙县", -3), ("丙县", 2)))
        file = upload(dataset, "净增加.csv", "县区,净增加（人）\n" + rows)
        page = f"/dataset/{dataset['name']}/resource/{file['id']}"
        asked = {"view": "chart", "x": "县区", "y": "净增加（人）", "agg": "sum"}
        for kind, word in (("area", "时间"), ("pyramid", "年龄"), ("stacked", "小于零")):
            text = app.get(f"{page}?{urlencode({**asked, 'kind': kind})}").get_data(as_text=True)
            notice = text.partition('class="nx-notice" role="status"')[2].partition("</div>")[0]
            assert word in notice and "<svg xmlns" not in text, kind
        assert "<svg xmlns" in app.get(f"{page}?{urlencode(asked)}").get_data(as_text=True)

    def test_men_and_women_by_age_make_a_pyramid(self, dataset: dict[str, Any], upload: Call, app: Any) -> None:
        ages = ("10-14岁", "0-4岁", "5-9岁", "85岁及以上")
        rows = "".join(f"{age},{sex},{number}\n" for number, age in enumerate(ages, 100) for sex in ("男", "女"))
        file = upload(dataset, "年龄.csv", "年龄组,性别,人数（人）\n" + rows)
        page = f"/dataset/{dataset['name']}/resource/{file['id']}"
        asked = {"view": "chart", "x": "年龄组", "y": "人数（人）", "agg": "sum", "kind": "pyramid", "s": "性别"}
        text = app.get(f"{page}?{urlencode(asked)}").get_data(as_text=True)
        picture = text.partition("<svg xmlns")[2].partition("</svg>")[0]
        assert picture.index("0-4岁") < picture.index("5-9岁") < picture.index("10-14岁") < picture.index("85岁")
        assert "男" in picture and "女" in picture
