"""Grants of some columns and rows: nothing else leaves, by whatever way; each use is counted and written down."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from ckanext.nxopendata.cases.definitions.answers import write_conditions
from ckanext.nxopendata.cases.grants import actions, table
from ckanext.nxopendata.cases.grants.cut import ColumnsMissingError, cut
from ckanext.nxopendata.core.file_access import in_flight
from ckanext.nxopendata.core.file_access.part import Part
from ckanext.nxopendata.core.file_access.ranges import Range
from tests.cases.conftest import CaseSite
from tests.tables import conftest as tables

NAMES = ["景区名称", "等级", "电话", "地区"]


@given(
    st.lists(st.lists(st.text("甲乙丙=,\n\"'", max_size=3), min_size=0, max_size=6), max_size=30),
    st.sets(st.sampled_from(NAMES), min_size=1),
    st.dictionaries(st.sampled_from(NAMES), st.frozensets(st.sampled_from("甲乙丙"), min_size=1), max_size=2),
    st.lists(st.just(["标题"]), max_size=3),
    st.permutations(NAMES),
)
@settings(max_examples=300, deadline=None)
def test_no_cell_outside_a_grant_is_given(
    rows: list[list[str]],
    columns: set[str],
    filters: dict[str, frozenset[str]],
    above: list[list[str]],
    head: list[str],
) -> None:
    marked = [[f"{cell}@{number}" if number < 4 else cell for number, cell in enumerate(row)] for row in rows]
    wanted = {name: frozenset(f"{value}@{head.index(name)}" for value in values) for name, values in filters.items()}
    given_rows = list(cut([*above, head, *marked], Part(frozenset(columns), wanted)))
    kept = [number for number, name in enumerate(head) if name in columns]
    assert given_rows[0] == [head[number] for number in kept]
    for row in given_rows[1:]:
        assert all(cell == "" or cell.endswith(f"@{number}") for number, cell in zip(kept, row, strict=True))
    expected = [
        row
        for row in marked
        if all(len(row) > head.index(name) and row[head.index(name)].strip() in wanted[name] for name in wanted)
    ]
    assert len(given_rows) == len(expected) + 1


bounds = st.sampled_from(
    ["2022", "2023", "2023-05", "2023-05-01", "2023-12-31", "202305", "20230501", "7", "70.5", "-3"]
)
COMPACT = ["201905", "20190101", "20190101083000", "20190101.0", "20240101", "2022年5月", "2023/05/01", "2023/5/1 8:00"]
cells = bounds | st.sampled_from(
    ["", "不详", "2023年", "2023-02-30", "2024-01-01 08:00", "8", "x7", "７", "nan", "1e3", *COMPACT]
)
found_ranges = st.builds(Range, bounds, st.none()) | st.builds(Range, st.none(), bounds)


@given(
    st.lists(st.tuples(cells, cells, st.text("甲乙", max_size=2)), max_size=20),
    st.dictionaries(st.sampled_from(["年份", "金额"]), st.tuples(found_ranges) | st.tuples(found_ranges, found_ranges)),
)
@settings(max_examples=300, deadline=None)
def test_no_row_outside_a_range_is_given_by_either_channel(
    rows: list[tuple[str, str, str]], ranges: dict[str, tuple[Range, ...]]
) -> None:
    head = ["年份", "金额", "名称"]
    part = Part(frozenset({"名称"}), {}, ranges)
    expected = [
        [row[2]]
        for row in rows
        if all(one.holds(row[head.index(name)]) for name, several in ranges.items() for one in several)
    ]
    assert list(cut([head, *rows], part))[1:] == expected
    values = {name: [row[head.index(name)] for row in rows] for name in ranges}
    question = table.ask([(name, name) for name in head], table.resolve(part, values), {}, "")
    filters = question.filters
    given_rows = (
        [] if filters is None else [row for row in rows if all(row[head.index(n)] in filters[n] for n in filters)]
    )
    assert [[row[2]] for row in given_rows] == expected


@pytest.mark.parametrize(
    ("least", "most", "inside", "outside"),
    [
        (
            "2023",
            None,
            ["2023", "2023年", "2024-01-01", "2023-01", "2024.5"],
            ["2022", "2022-12-31", "不详", "", "2023年度"],
        ),
        (None, "2023", ["2023-12-31", "2023", "-1"], ["2024", "2024-01"]),
        (
            "2023-05-01",
            None,
            ["2023-05-01", "2023-05", "2023-05-01T08:00:00", "2024"],
            ["2023", "2023-04-30", "9999999"],
        ),
        ("60", "100", ["60", "99.9", "100.0", "+70"], ["7", "100.1", "1e2", "６０", "60元"]),
        ("2023-02-01", "2023-02", ["2023-02-28", "2023-02"], ["2023-02-30", "2023-03-01", "2023"]),
        (
            "2023",
            None,
            ["202305", "20230501", "20240101083000", "2023年5月", "2023/05/01", "2023/5/1 8:00", "2023-5-1"],
            ["201905", "20190101", "20190101083000", "20190101.0", "2022年5月", "2022年12月31日", "2022/12"],
        ),
        (
            "2023-05",
            "202306",
            ["2023年5月", "202306", "2023/6/1"],
            ["202307", "20230630", "20230230", "2023", "2023/5-1"],
        ),
        (None, "20230501", ["2023年5月1日", "20230501", "202304"], ["20230502", "2023年5月"]),
        ("5000", "300000", ["201905", "190012", "5000"], ["4999", "300001"]),
    ],
)
def test_numbers_years_and_days_are_compared_as_such(
    least: str | None, most: str | None, inside: list[str], outside: list[str]
) -> None:
    one = Range(least, most)
    assert [cell for cell in (*inside, *outside) if one.holds(cell)] == inside


def test_a_range_of_rows_is_granted_and_given_by_file_and_table(
    app: Any, town: CaseSite, uploaded: dict[str, Any], create_with_upload: Any
) -> None:
    context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
    more = {"package_id": uploaded["package_id"], "name": "b", "url": "b.csv", "format": "CSV"}
    text = "地区,年份,评定日期,人数,复核日期\n吴忠市,2022,2022-05-01,10,20190101\n吴忠市,2023,2023-06-01,200,20230601\n"
    text += "中卫市,2024,2024-01-01,30,201905\n吴忠市,2024,不详,40,20240301\n"
    file = create_with_upload(text, "b.csv", context, **more)
    tables.work()
    for rows, numbers in (
        ("年份>=2023\n地区=吴忠市", ["200", "40"]),
        ("年份=2022..2023", ["10", "200"]),
        ("评定日期＞＝2023\n评定日期<=2023-12-31", ["200"]),
        ("人数≤30", ["10", "30"]),
        ("评定日期>=2025", []),
        ("复核日期>=2023", ["200", "40"]),
    ):
        case = town.apply(answers={"channel": "both"})
        answers = {"agreed_ends": "2099-01-01", "agreed_rows": rows, "agreed_columns": ["人数"]}
        case = town.step("head", case, "approve", outcome="partly", answers=answers)
        got = take(app, town, case, file).get_data(as_text=True).lstrip("\ufeff").split()
        assert got == ["人数", *numbers], rows
        found = town.act("applicant", "nx_case_row_list", id=case["id"], resource=file["id"])
        assert [str(one["人数"]) for one in found["records"]] == numbers, rows
        asked = {"id": case["id"], "resource": file["id"], "filters": {"人数": {"from": "30", "to": "100"}}}
        found = town.act("applicant", "nx_case_row_list", **asked)
        assert [str(one["人数"]) for one in found["records"]] == [one for one in numbers if 30 <= int(one) <= 100], rows
        for name, bounds in (("年份", {"from": "2020"}), ("人数", {"from": "多"}), ("人数", {}), ("无", {"to": "1"})):
            with pytest.raises(tk.ValidationError):  # not granted, not comparable, no bound, not there
                town.act("applicant", "nx_case_row_list", **(asked | {"filters": {name: bounds}}))
        page = app.get(f"/case/{case['id']}", headers=town.headers("head")).body
        assert case["number"] in page
    for wrong in (
        "年份>=",
        "年份>=近年",
        "年份=2024..2020",
        "年份>=2023\n年份>=2024",
        "年份=2023\n年份>=2020",
        "年份>2023",
        "年份=>2023",
        "年份=＜2023",
        "地区=吴忠市、>2023",
    ):
        case = town.apply()
        with pytest.raises(tk.ValidationError) as refused:
            town.step(
                "head", case, "approve", outcome="partly", answers={"agreed_ends": "2099-01-01", "agreed_rows": wrong}
            )
        assert "agreed_rows" in refused.value.error_dict, wrong
    assert ">=" in str(refused.value.error_dict["agreed_rows"])
    for wrong in ({"period_from": "近年"}, {"period_to": "2023-13"}):
        with pytest.raises(tk.ValidationError) as refused:
            town.apply(answers=wrong)
        assert refused.value.error_dict.keys() == wrong.keys()


def test_the_values_of_a_range_are_read_once_for_all_pages_of_a_table(
    app: Any, town: CaseSite, uploaded: dict[str, Any], create_with_upload: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.work()
    case = grant(town, agreed_rows="等级>=4", agreed_channel="table")
    reads: list[str] = []
    read = actions._list_values
    monkeypatch.setattr(actions, "_list_values", lambda *asked: reads.append(asked[2]) or read(*asked))

    def list_names(offset: int = 0) -> list[str]:
        found = town.act(
            "applicant", "nx_case_row_list", id=case["id"], resource=uploaded["id"], limit=1, offset=offset
        )
        return [record["景区名称"] for record in found["records"]]

    context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
    more = {"id": uploaded["id"], "action": "resource_patch", "url": "景区.csv"}
    create_with_upload("景区名称,等级,电话\n沙湖,5,1\n水洞沟,4,2\n苏峪口,3,3\n", "景区.csv", context, **more)
    tables.work()
    assert [list_names(number) for number in range(3)] == [["沙湖"], ["水洞沟"], []]
    assert reads == ["等级"]
    create_with_upload("景区名称,等级,电话\n鸣翠湖,7,1\n", "景区.csv", context, **more)
    tables.work()
    assert list_names() == ["鸣翠湖"] and reads == ["等级", "等级"]


def test_a_file_without_a_granted_column_gives_nothing() -> None:
    with pytest.raises(ColumnsMissingError) as missing:
        cut([["景区名称", "等级"], ["沙湖", "5A"]], Part(frozenset({"景区名称", "电话"})))
    assert missing.value.names == ("电话",)


def grant(town: CaseSite, **answers: Any) -> dict[str, Any]:
    case = town.apply()
    return town.step("head", case, "approve", outcome="partly", answers={"agreed_ends": "2099-01-01"} | answers)


def take(app: Any, town: CaseSite, case: dict[str, Any], file: dict[str, Any], who: str = "applicant") -> Any:
    return app.get(f"/case/{case['id']}/data/{file['id']}.csv", headers=town.headers(who), follow_redirects=False)


def test_the_granted_columns_and_rows_leave_and_nothing_else(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    case = grant(town, agreed_columns=["景区名称", "等级"], agreed_rows="景区名称=沙湖、鸣翠湖")
    answer = take(app, town, case, uploaded)
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    assert list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")))) == [
        ["景区名称", "等级"],
        ["沙湖", "5A"],
    ]
    file = f"/dataset/jingqu/resource/{uploaded['id']}"
    whole = [f"{file}/download/x", f"{file}/data.csv", f"/datastore/dump/{uploaded['id']}"]
    for address in whole:
        refused = app.get(address, headers=town.headers("applicant"), follow_redirects=False)
        assert refused.status_code in (403, 404), address
        assert "0951" not in refused.body and "水洞沟" not in refused.body, address
    for action in ("datastore_search", "nx_table_search"):
        with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
            town.act("applicant", action, **{"resource_id" if action[0] == "d" else "id": uploaded["id"]})
    for who, status in (("other", 404), ("editor", 403), ("stranger", 404)):
        assert take(app, town, case, uploaded, who).status_code == status, who
    assert take(app, town, case, uploaded, "").status_code in (302, 403)
    page = app.get(f"/case/{case['id']}", headers=town.headers("applicant"))
    assert f"/case/{case['id']}/data/{uploaded['id']}.csv" in page.body
    uses = town.act("head", "nx_case_use_list", id=case["id"])
    assert uses["count"] == 1 and uses["results"][0]["columns"] == ["景区名称", "等级"]
    town.step("office", case, "revoke", opinion="超出用途")
    assert take(app, town, case, uploaded).status_code == 403


def test_a_quota_is_counted_and_its_end_is_told(app: Any, town: CaseSite, uploaded: dict[str, Any]) -> None:
    case = grant(town, agreed_quota="2")
    assert [take(app, town, case, uploaded).status_code for _ in range(3)] == [200, 200, 429]
    # A grant that is counted is taken by the way that counts, and by no other.
    address = f"/dataset/jingqu/resource/{uploaded['id']}/download/x"
    assert app.get(address, headers=town.headers("applicant"), follow_redirects=False).status_code == 403


def test_a_column_that_the_file_lost_gives_nothing(app: Any, town: CaseSite, uploaded: dict[str, Any]) -> None:
    case = grant(town, agreed_columns=["景区名称", "负责人"])
    answer = take(app, town, case, uploaded)
    assert answer.status_code == 409 and "负责人" in answer.body and "沙湖" not in answer.body


def test_conditions_on_rows_are_read_line_by_line(town: CaseSite, uploaded: dict[str, Any]) -> None:
    case = town.apply()
    for wrong in ("吴忠市", "=吴忠市", "地区="):
        with pytest.raises(tk.ValidationError) as refused:
            town.step(
                "head", case, "approve", outcome="partly", answers={"agreed_ends": "2099-01-01", "agreed_rows": wrong}
            )
        assert "agreed_rows" in refused.value.error_dict


def test_what_cannot_be_sent_and_a_look_at_the_headers_are_no_use(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    case = grant(town, agreed_columns=["景区名称", "负责人"], agreed_quota="1")
    assert [take(app, town, case, uploaded).status_code for _ in range(2)] == [409, 409]
    other = grant(town, agreed_columns=["景区名称"], agreed_quota="1")
    address = f"/case/{other['id']}/data/{uploaded['id']}.csv"
    for _ in range(3):
        assert app.flask_app.test_client().head(address, headers=town.headers("applicant")).status_code == 200
    assert [take(app, town, other, uploaded).status_code for _ in range(2)] == [200, 429]
    assert town.act("head", "nx_case_use_list", id=other["id"])["count"] == 1
    assert town.act("head", "nx_case_use_list", id=case["id"])["count"] == 0


def test_each_grant_gives_its_own_part(app: Any, town: CaseSite, uploaded: dict[str, Any]) -> None:
    first, second = grant(town, agreed_columns=["景区名称"]), grant(town, agreed_columns=["等级"])
    heads = [take(app, town, case, uploaded).get_data(as_text=True).lstrip("\ufeff")[:4] for case in (first, second)]
    assert heads == ["景区名称", "等级\r\n"]
    town.step("office", first, "revoke", opinion="超出用途")
    assert [take(app, town, case, uploaded).status_code for case in (first, second)] == [403, 200]


def test_a_grant_of_one_file_is_none_of_the_others(
    app: Any, town: CaseSite, uploaded: dict[str, Any], create_with_upload: Any
) -> None:
    context = {"user": "head", "auth_user_obj": model.User.get("head"), "ignore_auth": True}
    more = {"package_id": uploaded["package_id"], "name": "b", "url": "b.csv", "format": "CSV"}
    other = create_with_upload("景区名称,等级\n鸣翠湖,4A\n", "b.csv", context, **more)
    case = town.apply(resource=uploaded["id"])
    town.step("head", case, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    got = {}
    for file in (uploaded, other):
        address = f"/dataset/jingqu/resource/{file['id']}/download/x"
        got[file["id"]] = app.get(address, headers=town.headers("applicant"), follow_redirects=False).status_code
        assert take(app, town, case, file).status_code == got[file["id"]]
    assert got == {uploaded["id"]: 200, other["id"]: 403}


def test_each_use_of_a_whole_grant_is_a_line_that_both_sides_read(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    tables.work()
    case = town.apply(answers={"channel": "both"})
    town.step("head", case, "approve", outcome="granted", answers={"agreed_ends": "2099-01-01"})
    file, client = f"/dataset/jingqu/resource/{uploaded['id']}", app.flask_app.test_client()
    rows = {"resource_id": uploaded["id"]}

    def get(who: str, address: str, method: str = "GET", **more: Any) -> int:
        answer = client.open(address, method=method, headers=town.headers(who), **more)
        answer.get_data()
        return answer.status_code

    def list_lines(who: str = "head") -> list[str]:
        lines = town.act(who, "nx_case_use_list", id=case["id"])["results"]
        assert {line["user"] for line in lines} <= {"applicant"} and {line["resource"] for line in lines} <= {"景区"}
        return [line["channel"] for line in lines]

    assert get("applicant", f"{file}/download/x", "HEAD") == 200 and get("other", f"{file}/download/x") == 403
    assert get("head", f"{file}/download/x") == 200  # who edits it has no agreement
    assert list_lines() == []
    assert get("applicant", f"{file}/download/x") == 200
    assert get("applicant", f"/datastore/dump/{uploaded['id']}") == 200
    assert get("applicant", "/api/3/action/datastore_search", "POST", json=rows) == 200
    assert list_lines() == list_lines("applicant") == ["table", "table", "file"]
    assert get("applicant", "/api/3/action/datastore_search", "POST", json={**rows, "fields": "无"}) == 409
    assert get("applicant", f"/case/{case['id']}/data/{uploaded['id']}.csv") == 200
    assert list_lines() == ["file", "table", "table", "file"]
    page = app.get(f"/case/{case['id']}", headers=town.headers("head")).body
    assert "Nothing was taken" not in page and "尚未取用" not in page
    town.act("office", "nx_case_show", id=case["id"])
    town.step("office", case, "revoke", opinion="超出用途")
    assert get("applicant", f"{file}/download/x") == 403
    assert len(list_lines()) == 4


def test_the_channel_that_was_agreed_on_is_the_only_one(app: Any, town: CaseSite, uploaded: dict[str, Any]) -> None:
    tables.work()
    asked = {"resource_id": uploaded["id"]}
    for channel, file_status, rows_status in (("file", 200, 403), ("table", 403, 200)):
        case = town.apply(answers={"channel": "both"})
        case = town.step(
            "head",
            case,
            "approve",
            outcome="granted",
            answers={"agreed_ends": "2099-01-01", "agreed_channel": channel},
        )
        page = app.get(f"/case/{case['id']}", headers=town.headers("applicant")).body
        assert ("nx_case_row_list" in page, f"/resource/{uploaded['id']}/download" in page) == (
            channel == "table",
            channel == "file",
        )
        address = f"/dataset/jingqu/resource/{uploaded['id']}/download/x"
        got = app.get(address, headers=town.headers("applicant"), follow_redirects=False)
        assert (got.status_code, take(app, town, case, uploaded).status_code) == (file_status, file_status)
        answer = app.post("/api/3/action/datastore_search", json=asked, headers=town.headers("applicant"))
        assert answer.status_code == rows_status, answer.body
        (agreement,) = [
            one for one in town.act("head", "nx_agreement_list", dataset="jingqu") if one["state"] == "active"
        ]
        assert agreement["channel"] == channel
        town.step("office", case, "revoke", opinion="超出用途")
    with pytest.raises(tk.ValidationError) as refused:
        town.root("nx_agreement_grant", dataset="jingqu", user="other", purposes="x", ends="2099-01-01", channel="fax")
    assert "channel" in refused.value.error_dict


def test_pieces_are_sent_while_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "SECONDS", 0.0)
    got: list[str] = []
    answers = iter([True, True, False])
    with pytest.raises(in_flight.PermissionEndedError):
        got.extend(in_flight.send_while("abcdef", lambda: next(answers)))
    assert got == ["a", "b"]
    assert list(in_flight.send_while("abc", lambda: True)) == ["a", "b", "c"]


def test_the_table_of_a_grant_answers_for_granted_columns_and_rows_alone(
    town: CaseSite, uploaded: dict[str, Any]
) -> None:
    tables.work()
    case = grant(town, agreed_columns=["景区名称", "等级"], agreed_rows="景区名称=沙湖")

    def rows(who: str = "applicant", **more: Any) -> Any:
        return town.act(who, "nx_case_row_list", id=case["id"], resource=uploaded["id"], **more)

    with pytest.raises(tk.NotAuthorized):
        rows()  # it was applied for files
    case = town.apply(answers={"channel": "table"})
    answers = {"agreed_ends": "2099-01-01", "agreed_columns": ["景区名称", "等级"], "agreed_rows": "景区名称=沙湖"}
    case = town.step("head", case, "approve", outcome="partly", answers=answers | {"agreed_quota": "4"})
    assert rows() == {"total": 1, "columns": ["景区名称", "等级"], "records": [{"景区名称": "沙湖", "等级": "5A"}]}
    assert rows(filters={"景区名称": ["水洞沟"]})["total"] == 0
    assert rows(filters={"景区名称": ["水洞沟", "沙湖"]}, sort="-等级")["total"] == 1
    odd: tuple[dict[str, Any], ...] = (
        {"filters": {"电话": ["0951-1"]}},
        {"filters": {"_id": ["1"]}},
        {"filters": {'景区名称" OR 1=1 --': ["x"]}},
        {"sort": "电话"},
        {"sort": "景区名称, 电话"},
        {"filters": "电话"},
        {"filters": {"等级": []}},
        {"filters": {"等级": [{"a": 1}]}},
    )
    for hostile in odd:
        with pytest.raises(tk.ValidationError):
            rows(**hostile)
    for who in ("other", "editor", "stranger"):
        with pytest.raises(tk.NotAuthorized if who == "editor" else tk.ObjectNotFound):
            rows(who)
    assert rows(filters={"等级": ["' OR '1'='1"]})["total"] == 0
    with pytest.raises(tk.ValidationError):
        rows()  # the quota of the day
    town.step("office", case, "revoke", opinion="超出用途")
    with pytest.raises(tk.NotAuthorized):
        rows()


names = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=4, unique=True)


@given(
    names,
    st.none() | st.frozensets(st.sampled_from("abcd"), min_size=1),
    st.dictionaries(st.sampled_from("abcd"), st.frozensets(st.sampled_from("123"), min_size=1)),
    st.dictionaries(st.sampled_from("abcd"), st.lists(st.sampled_from("123"), min_size=1)),
    st.sampled_from(["", "a", "-b", "c", "-d"]),
)
def test_no_question_reaches_outside_a_grant(
    columns: list[str],
    granted: frozenset[str] | None,
    rows: dict[str, frozenset[str]],
    filters: dict[str, list[str]],
    sort: str,
) -> None:
    part = Part(granted, rows)
    try:
        question = table.ask([(name.upper(), name) for name in columns], part, filters, sort)
    except (table.NotGrantedError, table.ColumnsGoneError):
        return
    allowed = {name for name in columns if granted is None or name in granted}
    assert {name for _, name in question.fields} == allowed
    assert set(filters) <= allowed
    for name, values in rows.items():
        if question.filters is not None:
            assert set(question.filters[name.upper()]) <= values


def test_a_longer_term_proposes_what_was_granted_and_not_what_was_applied_for(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    items = [{"name": name, "type": "C", "length": "200"} for name in ("景区名称", "等级")]
    town.root("package_patch", id="jingqu", nx_items=items)
    case = town.apply(answers={"channel": "both", "columns": ["景区名称", "等级"]})
    terms = {"agreed_columns": ["景区名称"], "agreed_channel": "file", "agreed_quota": "9"}
    terms |= {"agreed_ends": "2098-01-01", "agreed_rows": "景区名称=沙湖、鸣翠湖\n等级>=2023"}
    town.step("head", case, "approve", outcome="partly", answers=terms)
    town.step("applicant", case, "reopen", opinion="再用一年")
    page = html.fromstring(app.get(f"/case/{case['id']}", headers=town.headers("head")).body)
    (form,) = (one for one in page.forms if one.fields.get("action") == "renew")
    fields = {name: value.strip() for name, value in form.form_values()}
    columns, rows = terms.pop("agreed_columns"), terms.pop("agreed_rows")
    assert {name: fields[name] for name in terms} == terms
    assert (fields["agreed_columns"].split(), sorted(fields["agreed_rows"].split())) == (columns, sorted(rows.split()))
    sent = fields | {"outcome": "partly", "agreed_ends": "2099-01-01"}
    address = f"/case/{case['id']}/step"
    answer = app.post(address, data=sent, headers=town.headers("head"), follow_redirects=False)
    assert answer.status_code == 302, answer.body
    (agreement,) = [one for one in town.act("head", "nx_agreement_list", dataset="jingqu") if one["state"] == "active"]
    assert agreement["part"]["columns"] == ["景区名称"] and agreement["channel"] == "file"


def test_a_condition_that_a_form_cannot_say_is_not_proposed() -> None:
    for conditions in ({"类别": ["甲、乙"]}, {"年龄": ["<18"]}):
        assert write_conditions(conditions) == ""


def test_a_case_outlives_its_dataset(app: Any, town: CaseSite, uploaded: dict[str, Any]) -> None:
    case = grant(town)
    objection = town.apply("other", kind="objection", answers={"right": "privacy", "place": "电话", "reason": "是我的"})
    town.step("editor", objection, "accept")
    duty = town.act("applicant", "nx_case_show", id=case["id"])["duties"][0]["id"]
    for number, remove in enumerate(("package_patch", "package_delete", "dataset_purge")):
        town.root(remove, id=uploaded["package_id"], **({"private": True} if number == 0 else {}))
        for one, who in ((case, "applicant"), (case, "head"), (objection, "office"), (objection, "other")):
            page = app.get(f"/case/{one['id']}", headers=town.headers(who), follow_redirects=False)
            assert page.status_code == 200, (remove, who)
        mine = app.get(f"/case/{case['id']}", headers=town.headers("applicant")).body
        assert f"/case/{case['id']}/duty" in mine, remove
    sent = {"duty": duty, "statement": "用于论文"}
    address = f"/case/{case['id']}/duty"
    assert app.post(address, data=sent, headers=town.headers("applicant"), follow_redirects=False).status_code == 302


def test_what_was_taken_is_shown_page_by_page_and_after_the_end_of_the_grant(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    case = grant(town, agreed_columns=["景区名称"], agreed_rows="景区名称=沙湖\n等级>=3", agreed_quota="99")
    for _ in range(21):
        town.act("applicant", "nx_case_use_create", id=case["id"], resource=uploaded["id"])
    town.step("office", case, "revoke", opinion="超出用途")
    for who in ("applicant", "head", "office"):
        pages = (app.get(f"/case/{case['id']}?page={number}", headers=town.headers(who)).body for number in (1, 2))
        first, second = (html.fromstring(page).get_element_by_id("nx-taken").getparent() for page in pages)
        assert [len(one.xpath("ul[@class='nx-notices']/li")) for one in (first, second)] == [20, 1]
        assert any("page=2" in link for link in first.xpath("nav//a/@href"))
        assert all(text in second.text_content() for text in ("景区名称=沙湖", "等级>=3"))
