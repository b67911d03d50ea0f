"""Every page of the workbench of each role, and steps of the review for many datasets at once.

    NX_TEST_INSTANCE=bench deployment/test benchmarks/workbench.py -q -s -p no:cacheprovider

``NX_BENCH_DATASETS`` (default 10000) datasets come from workbooks of a department, ``NX_BENCH_SYSTEMS`` (1000) are
entered in its register. ``NX_BENCH_ITEMS`` (300) of the datasets go from draft to the public, are edited and withdrawn
by ``nx_review_bulk_apply``, with its preview; the promise is 10 s a step. Then each page that a role's workbench leads
to is asked ``NX_BENCH_TIMES`` (10) times in the test's own process; printed are the median and the slowest in
milliseconds, the slowest pages first. The promise is 300 ms. ``NX_BENCH_PROFILE`` names what is profiled too,
such as ``submit,preview publish,office /workbench``.
"""

from __future__ import annotations

import base64
import cProfile
import os
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # before CKAN's own folder "tests"

from ckan import model  # noqa: E402
from ckan.plugins import toolkit as tk  # noqa: E402
from ckan.tests import factories  # noqa: E402

from ckanext.nxopendata.core import caching  # noqa: E402
from ckanext.nxopendata.exchange import forms  # noqa: E402
from ckanext.nxopendata.exchange.workbook import writer  # noqa: E402
from tests.conftest import app, clean_db, with_plugins  # noqa: E402, F401  fixtures: our tables, plugins and site
from tests.exchange.samples import DATASET  # noqa: E402
from tests.register.conftest import World, begin, world  # noqa: E402, F401  departments and offices with their people

DATASETS = int(os.environ.get("NX_BENCH_DATASETS", "10000"))
SYSTEMS = int(os.environ.get("NX_BENCH_SYSTEMS", "1000"))
ITEMS = int(os.environ.get("NX_BENCH_ITEMS", "300"))
TIMES = int(os.environ.get("NX_BENCH_TIMES", "10"))
PROFILED = os.environ.get("NX_BENCH_PROFILE", "").split(",")
A_WORKBOOK = 1000
STEP_SECONDS, PAGE_MILLISECONDS = 10, 300

PEOPLE = ("wlt-editor", "wlt-head", "office", "audit", "finance", "development", "general_office", "stranger")
STEPS = (
    ("wlt-editor", "edit", {"fields": {"license_id": "nx-open-1.0"}}),
    ("wlt-editor", "submit", {}),
    ("wlt-head", "forward", {}),
    ("office", "publish", {}),
    ("wlt-editor", "edit", {"fields": {"nx_contact_phone": "0951-1234567"}}),
    ("office", "withdraw", {"opinion": "内容有误"}),
)


def clock(name: str, work: Callable[..., Any], /, *given: Any, **named: Any) -> tuple[float, float, Any]:
    """Seconds by the wall and of this process's own computing, and the result; profiled where that was asked for."""
    profile = cProfile.Profile()
    began, computed = time.perf_counter(), time.process_time()
    result = profile.runcall(work, *given, **named) if name in PROFILED else work(*given, **named)
    wall, own = time.perf_counter() - began, time.process_time() - computed
    if name in PROFILED:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(90)
    return wall, own, result


def workbooks(department: str) -> Iterator[bytes]:
    """Workbooks of the department that have all datasets together."""
    about = {DATASET["owner_org"]: {"title": department, "nx_uscc": ""}}
    for start in range(0, DATASETS, A_WORKBOOK):
        made = []
        for number in range(start, min(start + A_WORKBOOK, DATASETS)):
            title = {"zh": f"{chr(0x4E00 + number)}类旅游资源名录", "en": f"Data {number}"}
            own = {"title_translated": title, "nx_resource_code": "", "nx_related_codes": [], "resources": []}
            made.append(DATASET | own | {"url": ""})
        yield writer.catalogue(forms.load("catalogue"), made, about, department)


@pytest.fixture
def filled(world: World, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: F811  the fixture above
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.review", "office")
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xinjianban")
    imported, *_ = clock("import", _import_datasets, world)
    entered, *_ = clock("systems", _enter_systems, world)
    print(f"\nimported in {imported:.1f} s, systems entered in {entered:.1f} s")
    return world


def _import_datasets(world: World) -> None:  # noqa: F811  an argument
    for content in workbooks("文化和旅游厅"):
        sent = {"content": base64.b64encode(content).decode(), "file_name": "目录.xlsx", "background": False}
        # As the command line does: nobody waits for a page, so the limits of a request do not apply.
        context: Any = {"user": "wlt-editor", "nx_command_line": True}
        preview, apply = tk.get_action("nx_catalogue_import_preview"), tk.get_action("nx_catalogue_import_apply")
        shown = preview(dict(context), {"owner_org": world.departments["wlt"], **sent})
        apply(dict(context), {"id": shown["id"], "background": False})
    assert model.Session.query(model.Package).count() == DATASETS


def _enter_systems(world: World) -> None:  # noqa: F811  an argument
    for number in range(SYSTEMS):
        status = ("connected", "not_connected")[number % 2]
        world.system(title=f"{chr(0x4E00 + number)}业务系统", nx_exchange_status=status)


def test_workbench(app: Any, filled: World) -> None:  # noqa: F811  the fixture above
    _time_steps(filled)
    _time_pages(app)


def _time_steps(filled: World) -> None:
    ids = [row[0] for row in model.Session.query(model.Package.id).order_by(model.Package.name).limit(ITEMS)]
    print(f"\n{len(ids)} of {DATASETS} datasets, seconds by the wall (of computing)")
    for who, action, more in STEPS:
        asked = {"action": action, "ids": ids, **more}
        caching.invalidate()
        preview = clock(f"preview {action}", filled.act, who, "nx_review_bulk_preview", **asked)
        applied = clock(action, filled.act, who, "nx_review_bulk_apply", **asked)
        run = applied[2]
        assert preview[2]["possible"] == run["possible"] == len(ids), run["results"][0]
        seconds = [f"{wall:6.2f} ({own:5.2f})" for wall, own, _ in (preview, applied)]
        print(f"{action:<10} preview {seconds[0]}   done {seconds[1]}")
    undone = clock("undo", filled.act, "office", "nx_review_bulk_undo", id=run["id"])
    print(f"undo       {undone[0]:6.2f} ({undone[1]:5.2f})")


def _time_pages(app: Any) -> None:  # noqa: F811  an argument
    rows: list[tuple[float, float, str, str]] = []
    for who in PEOPLE:
        headers = {"Authorization": factories.APIToken(user=who)["token"]}
        for url in _pages(app.get("/workbench", headers=headers).body):
            taken = []
            for _ in range(TIMES):
                caching.invalidate()
                seconds, _, answer = clock(f"{who} {url}", app.get, url, headers=headers, follow_redirects=False)
                assert answer.status_code in (200, 302), (who, url, answer.status_code)
                taken.append(seconds * 1000)
            rows.append((statistics.median(taken), max(taken), who, url))
    print(f"\n{DATASETS} datasets, {SYSTEMS} systems, ms\n{'median':>8}{'slowest':>9}")
    for median, slowest, who, url in sorted(rows, reverse=True):
        print(f"{median:8.0f}{slowest:9.0f}  {who:<15} {url}{'   above the promise' * (median > PAGE_MILLISECONDS)}")


def _pages(workbench: str) -> list[str]:
    links = lxml.html.fromstring(workbench).xpath("//nav[@class='nx-tasks']//a/@href")
    return list(dict.fromkeys(["/workbench", *links]))
