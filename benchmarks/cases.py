"""Lists and boards over 100,000 cases, and how fast a granted file is sent, whole and cut.

    NX_TEST_INSTANCE=bench deployment/test benchmarks/cases.py -q -s -p no:cacheprovider

``NX_BENCH_CASES`` (default 100000) says how many cases there are, of ten departments; they are written by SQL. Each
list is asked 40 times, and the 95th percentile is printed. The file has 3 columns and ``NX_BENCH_MEGABYTES`` (1000); it
is taken by HTTP, by curl, from a thread of this process, whose memory is printed; the same file from nothing but the
web framework stands beside it.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers
from flask import Flask, send_file

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # before CKAN's own folder "tests"

from ckanext.nxopendata.catalogue import uploads  # noqa: E402
from ckanext.nxopendata.core import caching  # noqa: E402
from ckanext.nxopendata.safety.scanning import jobs, verdicts  # noqa: E402
from tests.browser import served  # noqa: E402
from tests.cases.conftest import CaseSite, town, uploaded  # noqa: E402, F401  fixtures
from tests.conftest import app, clean_db, with_plugins  # noqa: E402, F401  fixtures: our tables and plugins

COUNT = int(os.environ.get("NX_BENCH_CASES", "100000"))
MEGABYTES = int(os.environ.get("NX_BENCH_MEGABYTES", "1000"))
TIMES = 40

FILL = """
INSERT INTO nx_case (id, kind, state, phase, title, applicant_id, applicant_org, owner_org, dataset_id, dataset_name,
    dataset_title, resource_id, answers, outcome, level, received, due, due_unsure, answered, answered_late,
    agreement_id, suspends, marks, votes, version, client_key, created, modified)
SELECT 'case-' || n, 'demand', CASE n % 4 WHEN 0 THEN 'submitted' WHEN 1 THEN 'assessed' WHEN 2 THEN 'planned'
    ELSE 'refused' END, CASE n % 4 WHEN 0 THEN 'open' WHEN 1 THEN 'open' WHEN 2 THEN 'answered' ELSE 'ended' END,
    '需求 ' || n, CASE WHEN n % 1000 = 0 THEN :person ELSE 'user-' || n % 5000 END, '',
    (CAST(:departments AS text[]))[1 + n % 10], '', '', '', '', '{"subject": "需求"}',
    CASE n % 4 WHEN 3 THEN 'law' ELSE '' END, 'account', DATE '2026-01-01' + n % 300, DATE '2026-02-01' + n % 330,
    false,
    CASE WHEN n % 4 > 1 THEN DATE '2026-01-10' + n % 300 END, CASE WHEN n % 4 > 1 THEN n % 7 = 0 END,
    '', false, false, n % 50, 1, 'key-' || n, now(), now()
FROM generate_series(1, :count) AS n
"""


def p95(work: Callable[[], Any]) -> float:
    """Return the 95th percentile of the milliseconds that something takes."""
    taken = []
    for _ in range(TIMES):
        caching.invalidate()
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.quantiles(taken, n=20)[-1]


def test_lists(with_plugins: None, clean_db: None) -> None:  # noqa: F811  the fixtures above
    person, departments = factories.User(), [factories.Organization()["id"] for _ in range(10)]
    factories.Sysadmin(name="boss")
    helpers.call_action("member_create", id=departments[0], object=person["id"], object_type="user", capacity="editor")
    values = {"person": person["id"], "departments": departments, "count": COUNT}
    model.Session.execute(sa.text(FILL), values)
    model.Session.commit()
    engine: Any = model.meta.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE nx_case"))

    def ask(who: str, action: str, **data: Any) -> Callable[[], Any]:
        return lambda: helpers.call_action(action, {"user": who, "ignore_auth": False}, **data)

    print(f"\n{COUNT:,} cases, 95th percentile of {TIMES}, ms")
    for name, work in {
        "my cases": ask(person["name"], "nx_case_list", box="mine"),
        "desk, open": ask(person["name"], "nx_case_list", box="desk", phase="open"),
        "desk, page 100": ask(person["name"], "nx_case_list", box="desk", offset=2000),
        "board, open": ask("boss", "nx_case_list", box="board", phase="open"),
        "board, overdue": ask("boss", "nx_case_list", box="board", overdue=True),
        "board, words": ask("boss", "nx_case_list", box="board", q="需求 4711"),
        "what needs the office": ask("boss", "nx_case_board_show"),
        "public register": ask("", "nx_case_public_list"),
        "register, words": ask("", "nx_case_public_list", q="需求 4711"),
        "similar ones": ask("", "nx_case_similar_list", q="需求 4711"),
        "demands": ask("", "nx_case_demand_list"),
        "figures": ask("", "nx_case_figures"),
    }.items():
        print(f"{name:20} {p95(work):8.1f}")


def write_table(path: Path) -> None:
    """Write a table of three columns, as large as asked for."""
    line = "沙湖生态旅游区,5A,0951-6850002\n" * 1000
    with path.open("w", encoding="utf-8") as file:
        file.write("景区名称,等级,电话\n")
        for _ in range(MEGABYTES * 1_000_000 // len(line.encode())):
            file.write(line)


def take(address: str, token: str = "") -> tuple[float, int]:
    """Return the seconds that an answer takes, and its bytes."""
    told = "%{http_code} %{time_total} %{size_download}"
    asked = ["curl", "-sS", "-o", os.devnull, "-w", told, "-H", f"Authorization: {token}", address]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603  our own command
    code, seconds, size = answer.stdout.split()
    assert code == "200", f"{address} answers {code}"
    return float(seconds), int(size)


def test_streaming(uploaded: dict[str, Any], app: Any, town: CaseSite) -> None:  # noqa: F811
    path = uploads.find_path(uploaded)
    assert path is not None
    write_table(path)
    size = path.stat().st_size
    stored: Any = model.Session.get(model.Resource, uploaded["id"])
    verdicts.scan(jobs.describe(stored))
    token = town.root("api_token_create", user="applicant", name="benchmark")["token"]
    whole = f"/dataset/jingqu/resource/{uploaded['id']}/download/x.csv"
    cut_answers = {"agreed_ends": "2099-01-01", "agreed_columns": ["景区名称", "等级"], "agreed_rows": "等级=5A"}
    print(f"\na granted file of {size / 1_000_000:,.0f} MB")
    plain = Flask("plain")
    plain.add_url_rule("/", view_func=lambda: send_file(path))
    with served(SimpleNamespace(app=plain)) as site:
        seconds, _ = take(site)
        print(f"{'the framework alone':20} {size / seconds / 1_000_000:8.1f} MB/s")
    for name, outcome, answers in (("whole", "granted", {}), ("cut", "partly", cut_answers)):
        case = town.step(
            "head", town.apply(), "approve", outcome=outcome, answers={"agreed_ends": "2099-01-01"} | answers
        )
        address = whole if name == "whole" else f"/case/{case['id']}/data/{uploaded['id']}.csv"
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with served(app) as site:
            seconds, sent = take(f"{site}{address}", token)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
        rate, more = size / seconds / 1_000_000, f"{sent / 1_000_000:,.0f} MB sent, {grown:.0f} MB more memory"
        print(f"{name:20} {rate:8.1f} MB/s of the file, {more}")
        town.step("office", case, "revoke", opinion="测量完毕")
