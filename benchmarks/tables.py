"""Loading a file into the DataStore: ours beside CKAN's own way, on the same rows.

    deployment/test benchmarks/tables.py -s

The stock way is what CKAN offers without a further extension: Python's csv module reads the file and its rows are given
to ``datastore_create`` and ``datastore_upsert``, 5,000 at a time. Ours begins with the stored file, finds out
encoding, header and types, and writes by COPY. Both end with a table that ``datastore_search`` reads, full-text index
included. ``NX_BENCHMARK_ROWS`` changes the number of rows.

The second test loads a text of ``NX_BENCHMARK_MEGABYTES`` (UTF-8) as a worker does: first the table, with and without
the profile of its columns, then the same with the index of words; it prints the memory that the process took at most.

The third loads ``NX_BENCHMARK_ROWS`` rows as ckanext-xloader does and as we do, both with the index of words. It needs
``NX_XLOADER``, a folder in which ckanext-xloader and what it imports were installed
(``pip install --target FOLDER --no-deps``: ckanext-xloader tabulator six Unidecode chardet unicodecsv linear-tsv
jsonlines ijson).
"""

from __future__ import annotations

import csv
import importlib
import io
import logging
import os
import random
import resource
import time
from pathlib import Path
from typing import Any

import pytest

from ckanext.nxopendata.tables import store
from ckanext.nxopendata.tables.profiles.recording import Recorder
from ckanext.nxopendata.tables.reader import table
from tests.conftest import clean_db  # noqa: F401  a fixture: the database with the tables of our plugins

ROWS = int(os.environ.get("NX_BENCHMARK_ROWS", "50000"))
MEGABYTES = int(os.environ.get("NX_BENCHMARK_MEGABYTES", "50"))
AT_ONCE = 5000
PLACES = ("银川市", "石嘴山市", "吴忠市", "固原市", "中卫市")
NAMES = ("旅游景区", "农业合作社", "加油站", "幼儿园", "社区卫生服务站", "图书馆", "文物保护单位", "公交站点")


def content(rows: int) -> bytes:
    """A directory as departments publish it: codes, names, places, numbers, dates; GB18030."""
    made = random.Random(20261124)  # noqa: S311  the same file every time
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["统一社会信用代码", "名称", "所在地", "行政区划代码", "经度", "纬度", "面积", "登记日期"])
    for number in range(rows):
        writer.writerow(
            [
                f"5264{made.randrange(10**13):013}X",
                f"{made.choice(PLACES)}第{number}号{made.choice(NAMES)}",
                made.choice(PLACES),
                f"6401{made.randrange(100):02}",
                f"{made.uniform(104, 107):.6f}",
                f"{made.uniform(35, 39):.6f}",
                f"{made.uniform(10, 9000):.2f}",
                f"{made.randrange(1990, 2026)}-{made.randrange(1, 13):02}-{made.randrange(1, 29):02}",
            ]
        )
    return out.getvalue().encode("gb18030")


@pytest.mark.usefixtures("with_plugins", "clean_db")
def test_loading_beside_stock(tmp_path: Path) -> None:
    from ckan.tests import factories, helpers

    user = factories.Sysadmin()["name"]

    def call(action: str, /, **data: Any) -> Any:
        return helpers.call_action(action, {"user": user, "ignore_auth": True}, **data)

    path = tmp_path / "file"
    path.write_bytes(content(ROWS))
    organization = factories.Organization(nx_region="640000", nx_level="province")
    dataset = factories.Dataset(owner_org=organization["id"], license_id="cc-by-4.0", nx_is_open="1", nx_share_type="1")
    stock, ours = (factories.Resource(package_id=dataset["id"], url_type=kind) for kind in ("datastore", ""))

    began = time.perf_counter()
    with path.open(encoding="gb18030", newline="") as file:
        records = list(csv.DictReader(file))
    fields = [{"id": name, "type": "text"} for name in records[0]]
    for name, type_ in (("经度", "numeric"), ("纬度", "numeric"), ("面积", "numeric"), ("登记日期", "date")):
        next(field for field in fields if field["id"] == name)["type"] = type_
    call("datastore_create", resource_id=stock["id"], fields=fields, force=True)
    for start in range(0, len(records), AT_ONCE):
        some = records[start : start + AT_ONCE]
        call("datastore_upsert", resource_id=stock["id"], records=some, method="insert", force=True)
    theirs = time.perf_counter() - began

    began = time.perf_counter()
    found = table.read(path, "csv")
    read = time.perf_counter() - began
    loaded = store.replace_table(ours["id"], found)
    mine = time.perf_counter() - began

    search = {"limit": 1, "include_total": True}
    totals = [call("datastore_search", resource_id=one["id"], **search)["total"] for one in (stock, ours)]
    assert totals == [ROWS, ROWS] == [loaded, loaded]
    print(f"\n{ROWS:,} rows, {path.stat().st_size / 1e6:.1f} MB")
    print(f"stock datastore_create and datastore_upsert  {theirs:7.2f} s  {ROWS / theirs:9,.0f} rows/s")
    print(f"ours ({read:.2f} s of it reading)              {mine:7.2f} s  {ROWS / mine:9,.0f} rows/s")
    print(f"ratio {theirs / mine:.1f}")
    assert mine < theirs


@pytest.mark.usefixtures("with_plugins", "clean_db")
def test_a_large_text(tmp_path: Path) -> None:
    from ckan.tests import factories

    header, _, body = content(50_000).decode("gb18030").encode().partition(b"\n")
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.write(header + b"\n")
        while file.tell() < MEGABYTES * 1_000_000:
            file.write(body)
    size = path.stat().st_size / 1e6
    organization = factories.Organization(nx_region="640000", nx_level="province")
    dataset = factories.Dataset(owner_org=organization["id"], license_id="cc-by-4.0", nx_is_open="1", nx_share_type="1")
    name = factories.Resource(package_id=dataset["id"])["id"]

    def measure(label: str, *, profile: bool, words: bool) -> float:
        began, used = time.perf_counter(), time.process_time()
        found = table.read(path, "csv", limits=table.Limits(megabytes=10_000, rows=10**9))
        read = time.perf_counter() - began
        recorder = Recorder(found.columns)
        rows = store.replace_table(name, found, recorder.add if profile else None, words=words)
        seconds = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        used = time.process_time() - used
        speed = f"{size / seconds:6.1f} MB/s  {rows / seconds:9,.0f} rows/s  {used:6.2f} s of processor here"
        print(f"{label:34} {seconds:7.2f} s ({read:6.2f} s reading)  {speed}  {memory:,} MB at most")
        assert rows == found.rows
        return seconds

    print(f"\n{size:,.0f} MB")
    plain = measure("table", profile=False, words=False)
    profiled = measure("table and profile", profile=True, words=False)
    print(f"the profile adds {100 * (profiled / plain - 1):.0f} %")
    measure("table, profile and index of words", profile=True, words=True)


@pytest.mark.skipif("NX_XLOADER" not in os.environ, reason="ckanext-xloader is not given")
@pytest.mark.usefixtures("with_plugins", "clean_db")
def test_loading_beside_xloader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ckanext
    from ckan.tests import factories, helpers

    monkeypatch.syspath_prepend(os.environ["NX_XLOADER"])
    monkeypatch.setattr(ckanext, "__path__", [*ckanext.__path__, f"{os.environ['NX_XLOADER']}/ckanext"])
    xloader = importlib.import_module("ckanext.xloader.loader")
    path = tmp_path / "file.csv"
    path.write_bytes(content(ROWS).decode("gb18030").encode())
    organization = factories.Organization(nx_region="640000", nx_level="province")
    dataset = factories.Dataset(owner_org=organization["id"], license_id="cc-by-4.0", nx_is_open="1", nx_share_type="1")
    theirs, ours = (factories.Resource(package_id=dataset["id"], url_type="")["id"] for _ in range(2))

    began = time.perf_counter()
    xloader.load_csv(str(path), theirs, mimetype="text/csv", logger=logging.getLogger("xloader"))
    loaded = time.perf_counter()
    xloader.create_column_indexes([{"id": name} for name in ("名称",)], theirs, logging.getLogger("xloader"))
    their_time, indexed = loaded - began, time.perf_counter() - loaded

    began = time.perf_counter()
    found = table.read(path, "csv")
    recorder = Recorder(found.columns)
    store.replace_table(ours, found, recorder.add, words=False)
    readable = time.perf_counter() - began
    store.replace_table(ours, found)
    our_time = time.perf_counter() - began

    totals = [helpers.call_action("datastore_search", resource_id=one, limit=0)["total"] for one in (theirs, ours)]
    size = path.stat().st_size / 1e6
    print(f"\n{ROWS:,} rows, {size:.1f} MB")
    print(f"xloader, all columns text, with index of words  {their_time:7.2f} s  {size / their_time:5.1f} MB/s")
    print(f"  and one column indexed                        {indexed:7.2f} s")
    print(f"ours, typed and profiled, readable              {readable:7.2f} s  {size / readable:5.1f} MB/s")
    print(f"  and with the index of words                   {our_time:7.2f} s  {size / our_time:5.1f} MB/s")
    assert totals == [ROWS, ROWS]
