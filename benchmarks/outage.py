"""Readers and a writer while each service is stopped and started in turn: wrong answers, lost writes, errors, recovery.

    NX_TEST_INSTANCE=bench deployment/test benchmarks/outage.py -q -s -p no:cacheprovider

``NX_BENCH_SECONDS`` (60) a service, ``NX_BENCH_READERS`` (50) at once. The site runs as in the demonstration: two
processes of gunicorn. A service is down for a quarter of the time. An answer is wrong when it is 200 and does not hold
what it must; a write is lost when the site said that it was saved and it is not there at the end.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # before CKAN's own folder "tests"

from local import services  # noqa: E402
from local.stack import wait_until  # noqa: E402
from tests.conftest import call, clean_db, with_plugins  # noqa: E402, F401  fixtures
from tests.outage import supervised  # noqa: E402

SECONDS = int(os.environ.get("NX_BENCH_SECONDS", "60"))
READERS = int(os.environ.get("NX_BENCH_READERS", "50"))
DATASETS = 20
GOAL = 20
NEEDS = {
    "home": {"postgres"},
    "dataset": {"postgres"},
    "department": {"postgres"},
    "search": {"postgres", "solr"},
    "API": {"postgres"},
}
"""Kind of address -> the services without which it cannot be answered."""

TURNS = itertools.count()
"""Counts on, so that readers ask for everything in turn."""


@dataclass
class Tally:
    """What readers and the writer met while one service was down and came back."""

    service: str
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    saved: list[int] = field(default_factory=list)
    refused: int = 0
    recovery: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def needless(self) -> int:
        """Errors of addresses that do not need the service."""
        return sum(number for (kind, _), number in self.errors.items() if self.service not in NEEDS[kind])


def addresses(base: str) -> list[tuple[str, str, str]]:
    """Kind, address, and what an answer must hold."""
    number = next(TURNS) % DATASETS
    return [
        ("home", f"{base}/", "名录"),
        ("dataset", f"{base}/dataset/ming-lu-{number}", f"第{number}号名录"),
        ("department", f"{base}/organization/ting", "某某厅"),
        ("search", f"{base}/dataset/?q=名录", "/dataset/ming-lu-"),
        ("API", f"{base}/api/3/action/package_show?id=ming-lu-{number}", f"ming-lu-{number}"),
    ]


def read(base: str, tally: Tally, until: float) -> None:
    session = requests.Session()
    while time.monotonic() < until:
        kind, address, expected = addresses(base)[next(TURNS) % len(NEEDS)]
        try:
            answer = session.get(address, timeout=30)
        except requests.RequestException as error:
            outcome: str | None = type(error).__name__
            answer = None
        else:
            outcome = None if answer.status_code == 200 else str(answer.status_code)
        with tally.lock:
            tally.answers += 1
            if outcome:
                tally.errors[kind, outcome] += 1
            elif answer is not None and expected not in answer.text:
                tally.wrong.append(address)


def write(base: str, token: str, tally: Tally, until: float) -> None:
    number = 0
    while time.monotonic() < until:
        number += 1
        note = {"id": "ming-lu-0", "notes_translated": {"zh": f"第{number}次说明 {tally.service}"}}
        try:
            headers = {"Authorization": token}
            answer = requests.post(f"{base}/api/3/action/package_patch", json=note, headers=headers, timeout=30)
            is_saved = answer.status_code == 200 and answer.json()["success"]
        except requests.RequestException:
            is_saved = False
        if is_saved:
            tally.saved.append(number)
        else:
            tally.refused += 1
        time.sleep(0.5)


def all_well(base: str) -> bool:
    try:
        return all(
            (answer := requests.get(address, timeout=10)).status_code == 200
            and (kind == "API" or expected in answer.text)
            for kind, address, expected in addresses(base)
        )
    except requests.RequestException:
        return False


def measure(base: str, token: str, service: str) -> Tally:
    tally, stack = Tally(service), supervised.stack_of_services()
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=read, args=(base, tally, until)) for _ in range(READERS)]
    threads.append(threading.Thread(target=write, args=(base, token, tally, until)))
    for thread in threads:
        thread.start()
    time.sleep(SECONDS / 4)
    stack.rpc.stopProcess(service)
    time.sleep(SECONDS / 4)
    stack.rpc.startProcess(service)
    assert wait_until(lambda: services.healthy(stack, service), 120)
    back = time.monotonic()
    assert wait_until(lambda: all_well(base), 120, step=0.5)
    tally.recovery = time.monotonic() - back
    for thread in threads:
        thread.join()
    return tally


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_outage(call: Callable[..., Any]) -> None:  # noqa: F811
    from ckan import model
    from ckan.tests import factories

    department = call("organization_create", name="ting", title_translated={"zh": "某某厅"}, nx_level="province")
    for number in range(DATASETS):
        texts = {"title_translated": {"zh": f"第{number}号名录"}, "notes_translated": {"zh": "说明"}}
        call("package_create", name=f"ming-lu-{number}", owner_org=department["id"], license_id="cc-by-4.0", **texts)
    token = call("api_token_create", user=factories.Sysadmin()["name"], name="writer")["token"]
    lost = 0
    with supervised.beside("bench") as stack:
        stack.state.ports["web"] = supervised.free_port()
        base = f"http://127.0.0.1:{stack.state.ports['web']}"
        supervised.write_ini(stack, **{"ckanext.nxopendata.caching.page_seconds": 60})
        ini = stack.folder / "ckan.ini"
        ini.write_text(ini.read_text().replace("http://test.ckan.net", base).replace("testing = true\n", ""))
        web = next(program for program in services.site_programs(stack) if program.name == "web")
        supervised.start(stack, web)
        assert wait_until(lambda: all_well(base), 180, step=1)
        rows = []
        for service in ("solr", "redis", "postgres"):
            tally = measure(base, token, service)
            rows.append(tally)
            model.Session().invalidate()
            model.ensure_engine().dispose()  # its connections are those of before
            text = call("package_show", id="ming-lu-0", use_default_schema=False)["notes"]
            newest = f"第{tally.saved[-1]}次说明 {service}" if tally.saved else text
            lost += text != newest
    print(f"\n{READERS} readers, {SECONDS} s a service, down for {SECONDS / 4:.0f} s\n")
    print("| stopped | answers | wrong | writes saved / refused | errors | of them needless | all well after |")
    print("|---|---|---|---|---|---|---|")
    for tally in rows:
        kinds = ", ".join(f"{kind} {what} ×{number}" for (kind, what), number in tally.errors.most_common())
        print(
            f"| {tally.service} | {tally.answers} | {len(tally.wrong)} | {len(tally.saved)} / {tally.refused} |"
            f" {kinds or '–'} | {tally.needless()} | {tally.recovery:.1f} s |"
        )
    print(f"\nlost writes: {lost}; wrong: {[address for tally in rows for address in tally.wrong][:5]}")
    assert lost == 0
    assert not any(tally.wrong for tally in rows)
