"""SQL over public tables: what it answers, what it may read, and how it ends."""

from __future__ import annotations

import csv
import html
import io
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
import duckdb
import pytest
from ckan.tests import factories

from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.sql import statement, writing

from .conftest import CSV_TEXT, dataset_fields, work

Call = Callable[..., Any]

ID = "11111111-2222-3333-4444-555555555555"
SECRET = "机密内容"
OTHER = {"title_translated": {"zh": "宁夏县区面积", "en": "Area of counties"}}


def examine(text: str) -> dict[str, Any]:
    return json.loads(statement.examine(text))


def test_the_tables_of_a_statement_are_those_it_reads_wherever_they_stand() -> None:
    text = f"""WITH a AS (SELECT * FROM "{ID}") SELECT (SELECT count(*) FROM "{ID[:-1]}6") FROM a
        WHERE x IN (SELECT y FROM "{ID[:-1]}7") UNION SELECT 1 FROM (SELECT * FROM "{ID[:-1]}8") ORDER BY 1"""
    assert sorted(examine(text)["tables"]) == [ID, *(f"{ID[:-1]}{n}" for n in (6, 7, 8))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "statement"),
        ("SELECT 1; SELECT 2", "statement"),
        ("SELEC 1", "syntax"),
        ("SELECT * FROM 县区", "table"),
        ("SELECT ?", "parameter"),
        ("SELECT version()", "function"),
        (f"SELECT {'-' * 9000}1", "deep"),
    ],
)
def test_what_is_not_asked_is_told(text: str, code: str) -> None:
    assert examine(text)["refused"] == code


def test_no_name_of_a_with_opens_what_duckdb_knows_of_itself() -> None:
    connection = duckdb.connect()
    visible = "SELECT view_name FROM duckdb_views() WHERE internal AND schema_name IN ('main', 'pg_catalog')"
    names = [row[0] for row in connection.execute(visible).fetchall()]
    assert {"duckdb_views", "sqlite_master", "pg_tables"} <= set(names)
    for name in [*names, "/etc/passwd.csv", "/etc/passwd.parquet"]:
        text = f'SELECT * FROM "{name}", (WITH "{name}" AS (SELECT 1 a) SELECT * FROM "{name}") t'
        assert examine(text) == {"refused": "table", "what": name}
    assert examine("WITH a AS (SELECT 1 b) SELECT * FROM a") == {"tables": []}


def test_a_filter_is_written_as_sql_that_asks_the_same() -> None:
    types = {"等级": "text", "门票": "numeric", "日期": "date"}
    conditions = (
        Condition("等级", "is", "5A"),
        Condition("等级", "is", "4'A"),
        Condition("门票", "ge", "1,080"),
        Condition("日期", "le", "2020-01-31"),
        Condition("门票", "filled"),
    )
    written = writing.write_select(ID, types, Question("湖", conditions, (("门票", True),)), ["等级", "门票"])
    assert "\"等级\" IN ('5A', '4''A')" in written and '"门票" >= 1080' in written and "DATE '2020-01-31'" in written
    assert examine(written) == {"tables": [ID]}


HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_parquet('{path}')",
    "SELECT * FROM '{path}'",
    "SELECT * FROM glob('/**')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('{path}')",
    "SELECT * FROM read_json('http://127.0.0.1:80/')",
    "SELECT * FROM 'https://example.org/a.parquet'",
    "SELECT * FROM 's3://bucket/a.csv'",
    "COPY (SELECT 1) TO '/tmp/nx-hostile'",
    "COPY (SELECT 1) TO '{path}'",
    "EXPORT DATABASE '/tmp/nx-hostile'",
    "ATTACH '/tmp/nx-hostile.db' AS x",
    "ATTACH 'host=127.0.0.1' AS pg (TYPE postgres)",
    "INSTALL httpfs",
    "LOAD httpfs",
    "INSTALL spatial FROM community",
    "PRAGMA database_list",
    "PRAGMA show_tables",
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "SET memory_limit = '100GB'",
    "CALL pragma_version()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM duckdb_views",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM sqlite_master",
    "SELECT current_setting('memory_limit')",
    "SELECT getenv('HOME')",
    "SELECT current_user, session_user, current_database()",
    "SELECT main.version()",
    "SELECT system.main.version()",
    "SELECT * FROM query('SELECT 42')",
    "SELECT * FROM query_table('{id}')",
    'SELECT * FROM (SUMMARIZE "{id}")',
    'DESCRIBE "{id}"',
    "SHOW ALL TABLES",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "SELECT 1 -- \n; COPY (SELECT 1) TO '/tmp/nx-hostile'",
    "SELECT /* '; DROP TABLE x; */ * FROM read_csv(/**/'/etc/passwd')",
    "SELECT * FROM \"{id}\"; ATTACH '/tmp/nx-hostile.db'",
    "CREATE TABLE x AS SELECT 1",
    "CREATE MACRO f() AS TABLE SELECT * FROM read_csv('/etc/passwd')",
    'INSERT INTO "{id}" VALUES (1)',
    'DROP VIEW "{id}"',
    'UPDATE "{id}" SET a = 1',
    "SELECT \uff52ead_csv('/etc/passwd')",
    "SELECT \u202eread_text('/etc/passwd')",
    "SELECT U&'\\0041' FROM read_csv('/etc/passwd')",
    "SELECT sleep_ms(100000)",
    "SELECT pg_sleep(1000)",
    "SELECT write_log('x')",
    "SELECT nextval('s'), setseed(0.1)",
    "WITH r AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM r",
    "SELECT (SELECT string_agg(content, '') FROM read_text('/etc/passwd'))",
    'SELECT * FROM "{hidden}"',
    'SELECT * FROM "{id}" a, "{hidden}" b',
    'SELECT * FROM "99999999-2222-3333-4444-555555555555"',
]
"""Statements that must be refused."""

GREEDY = [
    'SELECT count(*) FROM "{id}" a, "{id}" b, "{id}" c, range(100000) d, range(100000) e',
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
    "SELECT list(range) FROM range(1000000000)",
    "SELECT sum(range) FROM range(1000000000000)",
    "SELECT string_agg(repeat('x', 1000000), '') FROM range(100000)",
    "SELECT a.range FROM range(100000000) a ORDER BY hash(a.range)",
    "SELECT repeat(repeat('x', 100000), 100000)",
    "SELECT count(DISTINCT a.range * b.range) FROM range(100000) a, range(100000) b",
    "SELECT regexp_matches(repeat('a', 1000000), '(a*)*b') FROM range(1000000)",
]
"""Statements that must end within their bounds."""


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestTables:
    @pytest.fixture
    def file(self, dataset: dict[str, Any], upload: Call) -> dict[str, Any]:
        return upload(dataset, "景区名录.csv", CSV_TEXT)

    def ask(self, app: Any, sql: str, **headers: str) -> Any:
        return app.get(f"/api/3/action/nx_sql_search?{urlencode({'sql': sql})}", headers=headers, status=None)

    def test_a_statement_has_an_address_and_its_result_is_page_csv_json_and_picture(
        self, file: dict[str, Any], app: Any
    ) -> None:
        sql = f'SELECT "地级市", count(*) AS n, sum("门票价格") AS 票 FROM "{file["id"]}" GROUP BY 1 ORDER BY 1'
        page = app.get(f"/sql?{urlencode({'q': sql})}").get_data(as_text=True)
        assert "石嘴山市" in page, page.partition("<main")[2]
        assert "自治区文化和旅游厅" in page and "<svg xmlns" in page and "/sql.csv" in page
        rows = list(csv.reader(io.StringIO(app.get(f"/sql.csv?{urlencode({'q': sql})}").data.decode())))
        assert rows[0] == ["地级市", "n", "票"] and ["银川市", "4", "210"] in rows
        found = app.get(f"/sql.json?{urlencode({'q': sql})}").json
        assert found["sources"][0]["id"] == file["id"] and found["licences"][0]["id"] == "cc-by-4.0"
        assert "宁夏A级旅游景区名录" in found["credit"][0] and found["sql"] == sql
        assert app.get(f"/sql.svg?{urlencode({'q': sql})}").content_type.startswith("image/svg+xml")
        twice = f'SELECT "地级市", "门票价格" FROM "{file["id"]}"'
        assert "<svg xmlns" not in app.get(f"/sql?{urlencode({'q': twice})}").get_data(as_text=True)
        assert app.get("/en/sql").status_code == 200
        assert app.get(f"/sql?{urlencode({'q': 'SELEC'})}", status=None).status_code == 400

    def test_the_page_of_a_table_writes_what_it_shows(self, file: dict[str, Any], dataset: Any, app: Any) -> None:
        asked = {"c": "等级", "o": "is", "v": "4A", "sort": "-门票价格", "hide": "经度"}
        page = app.get(f"/dataset/{dataset['name']}/resource/{file['id']}?{urlencode(asked)}").get_data(as_text=True)
        link = html.unescape(page.partition('"nx-also"><a href="')[2].partition('"')[0])
        assert link.startswith("/sql?q="), link
        result = app.get(link).get_data(as_text=True)
        body = result.partition("<tbody>")[2].partition("</tbody>")[0]
        assert body.index("贺兰山岩画风景区") < body.index("黄沙古渡") and "沙湖" not in body and "106.01" not in body

    def test_exact_numbers_gaps_days_and_texts_stay_what_they_are(
        self, dataset: dict[str, Any], upload: Call, app: Any
    ) -> None:
        text = '名称,金额,日期,码\n"a,\n""b""",0.10,2020-01-31,007\n,0.20,,008\n=1+1,,2021-02-01,009\n'
        file = upload(dataset, "数.csv", text)
        found = self.ask(app, f'SELECT * FROM "{file["id"]}"').json["result"]
        assert found["records"][0] == ['a,\n"b"', 0.1, "2020-01-31", "007"]
        assert found["records"][1] == [None, 0.2, None, "008"]
        total = self.ask(app, f'SELECT sum("金额") FROM "{file["id"]}"').json["result"]
        assert total["records"] == [[0.3]]
        names = f'SELECT 名称 FROM "{file["id"]}"'
        sheet = app.get(f"/sql.csv?{urlencode({'q': names})}").data.decode()
        assert "'=1+1" in sheet

    def test_tables_of_two_datasets_are_joined_by_region_with_their_terms_and_refused_where_licences_forbid(
        self, dataset: dict[str, Any], upload: Call, call: Call, app: Any
    ) -> None:
        other = call(
            "package_create", **{**dataset_fields(dataset["owner_org"]), "license_id": "cc-by-sa-4.0", **OTHER}
        )
        codes = ("640104", "640105", "640106", "640121", "640122", "640181")
        people = "行政区划代码,年份,人口（人）\n" + "".join(f"{code},2020,{n}00\n" for n, code in enumerate(codes, 1))
        area = "行政区划代码,面积（平方千米）\n" + "".join(f"{code},{n}0.5\n" for n, code in enumerate(codes, 1))
        one, two = upload(dataset, "人口.csv", people), upload(other, "面积.csv", area)
        page = app.get(f"/sql?{urlencode({'table': one['id'], 'with': two['id']})}").get_data(as_text=True)
        sql = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
        sql = html.unescape(sql)
        assert 'ON a."行政区划代码" = b."行政区划代码"' in sql
        found = self.ask(app, sql).json["result"]
        assert len(found["records"]) == 6 and found["records"][0][-1] == 10.5
        assert {source["licence"] for source in found["sources"]} == {"cc-by-4.0", "cc-by-sa-4.0"}
        assert [licence["id"] for licence in found["licences"]] == ["cc-by-sa-4.0"] and len(found["credit"]) == 2
        shown = app.get(f"/sql?{urlencode({'q': sql})}").get_data(as_text=True)
        terms = html.unescape(shown.partition('id="nx-sql-sources"')[2].partition("</section>")[0])
        assert found["licences"][0]["title"] in terms and all(line in terms for line in found["credit"])
        assert all(source["url"] in terms and source["provider"] in terms for source in found["sources"])
        assert all(duty in terms for duty in found["duties"])

        call("package_patch", id=dataset["id"], license_id="odc-odbl-1.0")
        refused = self.ask(app, sql)
        assert refused.status_code == 409 and "odc-odbl-1.0" in str(refused.json["error"]["sql"])
        # One of them alone may still be asked.
        assert self.ask(app, f'SELECT * FROM "{two["id"]}"').status_code == 200

    def test_every_table_that_is_named_is_guarded_as_its_file(
        self, file: dict[str, Any], dataset: dict[str, Any], call: Call, app: Any
    ) -> None:
        sql = f'SELECT count(*) FROM "{file["id"]}"'
        assert self.ask(app, sql).json["result"]["records"] == [[6]]
        nothing = self.ask(app, sql.replace(file["id"], ID)).json["error"]["sql"][0].replace(ID, "")
        call("package_patch", id=dataset["id"], private=True)
        hidden = self.ask(app, sql)
        # What is hidden is answered as what does not exist.
        assert hidden.status_code == 409 and hidden.json["error"]["sql"][0].replace(file["id"], "") == nothing
        member = factories.UserWithToken()
        call("organization_member_create", id=dataset["owner_org"], username=member["name"], role="editor")
        answer = self.ask(app, sql, Authorization=member["token"])
        assert answer.json["result"]["records"] == [[6]]
        call(
            "package_patch", id=dataset["id"], private=False, license_id="nx-conditional-1.0", nx_open_condition="协议"
        )
        assert self.ask(app, sql).status_code == 409

    def test_nothing_is_read_or_written_that_is_not_a_public_table_and_all_ends_within_bounds(
        self, file: dict[str, Any], dataset: dict[str, Any], upload: Call, call: Call, app: Any
    ) -> None:
        assert len(HOSTILE) + len(GREEDY) >= 40
        closed = call("package_create", **{**dataset_fields(dataset["owner_org"]), "private": True, **OTHER})
        hidden = upload(closed, "内部.csv", f"名称,数\n{SECRET},1\n")
        call("nx_sql_search", sql=f'SELECT * FROM "{hidden["id"]}"')  # its rows are stored: an editor asked for them
        assert self.ask(app, f'SELECT count(*) FROM "{file["id"]}"').status_code == 200
        folder = Path(tk.config["ckan.storage_path"]) / "nx-sql"
        (path,) = folder.glob(f"{hidden['id']}*.parquet")
        before = sorted(one.name for one in folder.iterdir())
        facts = {"id": file["id"], "hidden": hidden["id"], "path": str(path)}
        for text in HOSTILE:
            sql = _fill(text, facts)
            with pytest.raises(tk.ValidationError) as refused:
                _call(sql)
            said = str(refused.value.error_dict)
            # A path that the statement itself names may be named back, and whether it is there is not told.
            own = said.replace(sql, "").replace(str(path), "") if "{path}" in text else said
            assert SECRET not in said and "root:" not in said and str(folder) not in own, text
            if "{path}" in text:
                nothing = f"{path}.nothing"
                with pytest.raises(tk.ValidationError) as missing:
                    _call(_fill(text, {**facts, "path": nothing}))
                assert str(missing.value.error_dict).replace(nothing, str(path)) == said, text
        for text in GREEDY:
            began = time.monotonic()
            with suppress(tk.ValidationError):
                _call(_fill(text, facts))
            assert time.monotonic() - began < 60, text  # the limits of the processes, and a machine that is busy
        assert sorted(one.name for one in folder.iterdir()) == before
        assert not list(Path("/tmp").glob("nx-hostile*"))
        assert self.ask(app, f'SELECT count(*) FROM "{file["id"]}"').json["result"]["records"] == [[6]]

    def test_a_large_table_is_made_ready_by_the_workers_and_who_comes_before_is_told(
        self, dataset: dict[str, Any], upload: Call, call: Call, app: Any, monkeypatch: Any
    ) -> None:
        from ckan.lib import jobs

        from ckanext.nxopendata.tables.sql import columns_file

        monkeypatch.setattr(columns_file, "AT_ONCE", 3)
        file = upload(dataset, "景区名录.csv", CSV_TEXT)
        folder = Path(tk.config["ckan.storage_path"]) / "nx-sql"
        (made,) = folder.glob(f"{file['id']}.*.parquet")
        sql = f'SELECT count(*) FROM "{file["id"]}"'
        asked = urlencode({"q": sql})
        assert app.get(f"/sql?{asked}").status_code == 200

        made.unlink()
        early = app.get(f"/sql?{asked}")
        assert early.status_code == 202 and int(early.headers["Refresh"]) > 0 and "正在" in early.get_data(as_text=True)
        assert app.get(f"/sql.csv?{asked}", status=None).status_code == 503
        assert "正在" in self.ask(app, sql).json["error"]["sql"][0]
        (waiting,) = [job for job in jobs.get_queue().jobs if job.func_name.endswith("columns_file.make_file")]
        waiting.perform()
        assert self.ask(app, sql).json["result"]["records"] == [[6]]

        call("resource_delete", id=file["id"])
        work()
        assert not list(folder.glob(f"{file['id']}.*"))

    def test_a_reader_asks_only_so_often(self, file: dict[str, Any], app: Any, monkeypatch: Any) -> None:
        from ckanext.nxopendata.core.rate_limit import Limit
        from ckanext.nxopendata.tables.sql import actions

        monkeypatch.setattr(actions, "ASKED", Limit("sql-test", 2, 600))
        codes = [self.ask(app, "SELECT 1").status_code for _ in range(3)]
        assert codes == [200, 200, 409]
        page = app.get("/sql?q=SELECT+1", status=None)
        assert page.status_code == 429 and "次数" in page.get_data(as_text=True) and page.headers["Retry-After"]


def _fill(text: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text


def _call(sql: str) -> dict[str, Any]:
    """The statement of a visitor, outside a request, whose number is not limited."""
    return tk.get_action("nx_sql_search")({"user": ""}, {"sql": sql})
