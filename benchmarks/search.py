"""Searching and reading pages beside stock CKAN: the same datasets, machine, database and number of processes.

    NX_TEST_INSTANCE=bench deployment/test benchmarks/search.py -q -s -p no:cacheprovider

Stock is CKAN as it is installed, without plugins, on a Solr core made of its own schema (``tests/search/stock.py``).
Both run under gunicorn with two worker processes; ``USERS`` readers at a time ask each in turns, round by round, so
that what else the machine does falls on both. ``NX_BENCH_DATASETS`` (default 10000) says how many datasets there are:
one a subject is written by ``package_create``, the others are copies of them, in the database and in both indexes.

*first time* asks every address once, so that nothing is kept; *again* asks ten addresses over and over. Before each
kind is measured, both sides are asked one round that does not count: Solr runs on Java, which gets faster as it runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import itertools
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pysolr
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # before CKAN's own folder "tests"

from tests.conftest import clean_db  # noqa: E402, F401  a fixture: the database with the tables of our plugins
from tests.search import stock  # noqa: E402
from tests.search.test_relevance import rows  # noqa: E402

COUNT = int(os.environ.get("NX_BENCH_DATASETS", "10000"))
USERS = 8
ROUNDS = 6
REQUESTS = 50
SITE = "benchmark"
BATCH = 1000

PROTOTYPE = {
    "license_id": "cc-by-4.0",
    "nx_is_open": "1",
    "nx_share_type": "1",
    "nx_update_cycle": "6",
    "nx_publish_date": "2026-01-05",
    "nx_contact_email": "data@nx.example",
}
THEMES = ("nx-tourism", "18", "1", "2")
REGIONS = ("640100", "640200", "640300", "640400", "640500")


NEW_ID = "md5({} || '-' || copy)::uuid::text"
ORIGINALS = "SELECT id FROM package WHERE name ~ '^p[0-9]+$'"
LATER = "title || '（第' || copy || '期）'"
EACH = "CROSS JOIN generate_series(1, :copies) AS copy"
COPIES = (  # The parts are the constants above.
    f"""
    INSERT INTO package (id, name, title, notes, url, license_id, type, owner_org, creator_user_id, metadata_created,
        metadata_modified, private, state, extras)
    SELECT {NEW_ID.format("id")}, name || '-' || copy, {LATER}, notes, url, license_id, type, owner_org,
        creator_user_id, metadata_created, metadata_modified, private, state,
        replace(extras::text, title, {LATER})::jsonb - 'nx_resource_code'
    FROM package {EACH} WHERE id IN ({ORIGINALS})""",  # noqa: S608
    f"""
    INSERT INTO resource (id, package_id, url, format, description, position, hash, name, state, extras, created,
        metadata_modified, url_type)
    SELECT {NEW_ID.format("id")}, {NEW_ID.format("package_id")}, url, format, description, position, hash, name, state,
        extras, created, metadata_modified, url_type
    FROM resource {EACH} WHERE package_id IN ({ORIGINALS})""",  # noqa: S608
    f"""
    INSERT INTO package_tag (id, package_id, tag_id, state)
    SELECT {NEW_ID.format("id")}, {NEW_ID.format("package_id")}, tag_id, state
    FROM package_tag {EACH} WHERE package_id IN ({ORIGINALS})""",  # noqa: S608
)


def document(default: dict[str, Any], custom: dict[str, Any], *, plugins: bool = True) -> dict[str, Any]:
    """The index document that CKAN sends for a dataset, with or without what plugins do to it."""
    import ckan.lib.search.index as search_index

    sent: list[dict[str, Any]] = []

    class Collector:
        def add(self, docs: list[dict[str, Any]], **_: Any) -> None:
            sent.extend(docs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_index, "make_connection", Collector)
        if not plugins:
            patch.setattr(search_index, "PluginImplementations", lambda _: ())
        search_index.PackageSearchIndex().index_package({**default, "with_custom_schema": custom})
    return sent[0]


def copied(original: dict[str, Any], copy: int) -> dict[str, Any]:
    """The document of a dataset's copy: another id, name and title, as the database has them."""
    changed = json.dumps(original, ensure_ascii=False)
    identity = str(uuid.UUID(hashlib.md5(f"{original['id']}-{copy}".encode(), usedforsecurity=False).hexdigest()))
    for before, after in (
        (original["id"], identity),
        (original["index_id"], f"{original['index_id']}-{copy}"),
        (original["title"], f"{original['title']}（第{copy}期）"),
        (f'"{original["name"]}"', f'"{original["name"]}-{copy}"'),
        (f'\\"{original["name"]}\\"', f'\\"{original["name"]}-{copy}\\"'),
    ):
        changed = changed.replace(before, after)
    return json.loads(changed)


def fill(solr_url: str) -> list[str]:
    """The datasets in the database and in both indexes; returns the names of some of them."""
    import sqlalchemy as sa
    from ckan import logic, model
    from ckan.plugins import toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def call(action: str, **data: Any) -> Any:
        return tk.get_action(action)({"user": user, "ignore_auth": True}, data)

    titles = [row for row in rows("titles.csv") if row["place"] == "银川市"]
    departments = {title: f"d{number}" for number, title in enumerate(sorted({row["department"] for row in titles}))}
    for title, name in departments.items():
        call("organization_create", name=name, title_translated={"zh": title})
    ours, theirs = [], []
    for number, row in enumerate(titles):
        files = [
            {"name": f"{row['title']}.{kind}", "url": f"https://dept.example/{number}.{kind}", "format": kind.upper()}
            for kind in ("csv", "xlsx")
        ]
        items = [{"name": f"{row['tag']}信息项{n}", "type": "C", "length": "50"} for n in range(1, 9)]
        made = call(
            "package_create",
            **PROTOTYPE,
            name=f"p{number}",
            title_translated={"zh": row["title"], "en": f"Dataset {row['subject']} {number}"},
            notes_translated={"zh": f"{row['department']}提供的{row['title']}，按年整理，可下载使用。"},
            owner_org=departments[row["department"]],
            tags=[{"name": row["tag"]}, {"name": "公共数据"}],
            nx_theme=[THEMES[number % len(THEMES)]],
            nx_region=REGIONS[number % len(REGIONS)],
            nx_items=items,
            resources=files,
        )
        both = logic.package_show_default_and_custom_schemas({"ignore_auth": True, "user": user}, made["id"])
        ours.append(document(*both))
        # Without plugins, the dataset by the default schema is all that is indexed.
        theirs.append(document(both[0], both[0], plugins=False))
    copies = range(1, -(-COUNT // len(titles)))
    for statement in COPIES:
        model.Session.execute(sa.text(statement), {"copies": len(copies)})
    model.Session.commit()
    model.Session.execute(sa.text("ANALYZE"))
    model.Session.commit()
    for documents, url in ((ours, solr_url), (theirs, stock.core(solr_url))):
        solr = pysolr.Solr(url, timeout=300)
        everything = itertools.chain(documents, (copied(one, copy) for copy in copies for one in documents))
        while batch := list(itertools.islice(everything, BATCH)):
            solr.add(batch, commit=False)
        solr.commit()
    return [f"p{number}-{copy}" for copy in copies for number in range(len(titles))]


class Site:
    """A site under gunicorn on a port of its own."""

    def __init__(self, name: str, plugins: str, solr_url: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.name = name
        ini = folder / f"{name}.ini"
        settings = (ROOT / "test.ini").read_text(encoding="utf-8").replace("%(here)s", str(ROOT))
        settings = settings.replace("testing = true", "testing = false")
        ini.write_text(
            "".join(
                line + "\n"
                for line in settings.splitlines()
                if not line.startswith(("ckan.plugins", "ckan.site_id", "ckan.site_url", "WTF_CSRF"))
            ).replace(
                "[app:main]\n",
                f"[app:main]\nckan.plugins = {plugins}\nckan.site_id = {SITE}\n"
                f"ckan.site_url = http://127.0.0.1:{self.port}\n",
            ),
            encoding="utf-8",
        )
        command = [
            str(Path(sys.executable).parent / "gunicorn"),
            f"--bind=127.0.0.1:{self.port}",
            "--workers=2",
            "--threads=4",
            "--timeout=120",
            "--keep-alive=30",
            "--no-control-socket",
            "local.wsgi:application",
        ]
        environment = {
            "PYTHONPATH": str(ROOT / "deployment"),
            "CKAN_INI": str(ini),
            "CKAN_SOLR_URL": solr_url,
        }
        self.log = (folder / f"{name}.log").open("wb")
        self.process = subprocess.Popen(  # noqa: S603  our own command
            command, env=os.environ | environment, stdout=self.log, stderr=subprocess.STDOUT, cwd=ROOT
        )
        self.connections = threading.local()

    def wait(self) -> None:
        for _ in range(240):
            try:
                self.get("/api/3/action/status_show")
                return
            except OSError:
                assert self.process.poll() is None, Path(self.log.name).read_text()[-2000:]
                time.sleep(0.5)

    def get(self, url: str) -> bytes:
        kept = self.connections
        if not hasattr(kept, "one"):
            kept.one = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            status, body = self._asked(kept.one, url)
        except (OSError, http.client.HTTPException):
            # The server may close a line that was idle; once more on a new one.
            kept.one.close()
            status, body = self._asked(kept.one, url)
        assert status == 200, (status, url, body[:500])
        return body

    @staticmethod
    def _asked(line: http.client.HTTPConnection, url: str) -> tuple[int, bytes]:
        line.request("GET", url, headers={"Accept": "text/html,*/*"})
        answer = line.getresponse()
        return answer.status, answer.read()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()


def ask(site: Site, urls: Sequence[str]) -> tuple[list[float], float]:
    """Seconds that each address took with ``USERS`` readers at once, and seconds for all."""

    def timed(url: str) -> float:
        start = time.perf_counter()
        site.get(url)
        return time.perf_counter() - start

    start = time.perf_counter()
    with ThreadPoolExecutor(USERS) as readers:
        taken = list(readers.map(timed, urls))
    return taken, time.perf_counter() - start


def p95(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1] * 1000


def compare(name: str, ours: Site, theirs: Site, urls: Callable[[], list[str]]) -> dict[str, float]:
    """One line of the table; returns ``p95`` and ``rate``: ours as a multiple of stock's."""
    taken: dict[str, list[float]] = {"ours": [], "stock": []}
    spent = {"ours": 0.0, "stock": 0.0}
    for number in range(ROUNDS + 1):
        # Each side is asked the same addresses.
        chosen = urls()
        for side, site in (("stock", theirs), ("ours", ours)):
            each, all_of_them = ask(site, chosen)
            if number:  # the first round warms up: Java translates what it runs often while it runs
                taken[side] += each
                spent[side] += all_of_them
    rate = {side: len(taken[side]) / spent[side] for side in taken}
    middle = {side: statistics.median(taken[side]) * 1000 for side in taken}
    late = {side: p95(taken[side]) for side in taken}
    print(
        f"{name:<34} {middle['ours']:>7.1f} {middle['stock']:>7.1f}   {late['ours']:>7.1f} {late['stock']:>7.1f}   "
        f"{rate['ours']:>7.1f} {rate['stock']:>7.1f} {rate['ours'] / rate['stock']:>6.1f}x",
        flush=True,
    )
    return {"p95": late["ours"] / late["stock"], "rate": rate["ours"] / rate["stock"]}


WORDS = (*(row["query"] for row in rows("queries.csv") if row["kind"] in ("exact", "partial", "mixed", "question")),)
ENGLISH = ("scenic", "population", "hospital", "Dataset 12", "csv", "weather", "school")


def addresses(names: Sequence[str]) -> dict[str, Callable[[], list[str]]]:
    """Kind of request -> addresses that no round has asked before, or, for ``again``, the same ten."""
    number = itertools.count()
    some = random.Random(7)  # noqa: S311  the same choice in every run
    fresh = iter(some.sample(names, len(names)))

    def api(q: Callable[[], str]) -> Callable[[], list[str]]:
        facets = quote('["organization","tags","res_format","license_id"]')
        return lambda: [
            # The limit makes each address new, and nothing else of it.
            f"/api/3/action/package_search?q={quote(q())}&facet.field={facets}&rows=20&start={next(number) % 50}"
            f"&facet.limit={100 + next(number)}"
            for _ in range(REQUESTS)
        ]

    def page(q: str) -> str:
        return f"/dataset/?q={quote(q)}&page={next(number) % 4 + 1}&_={next(number)}"

    popular = [f"/dataset/?q={quote(word)}" for word in ENGLISH[:5]] + ["/dataset/"] * 5
    read = [f"/dataset/{name}" for name in some.sample(names, 10)]
    called = [
        f"/api/3/action/package_search?q={quote(word)}&rows=20"
        for word in (*ENGLISH, "*:*", "tags:公共数据", "organization:d1")
    ]
    return {
        "package_search, everything": api(lambda: "*:*"),
        "package_search, English words": api(lambda: some.choice(ENGLISH)),
        "package_search, Chinese words (*)": api(lambda: some.choice(WORDS)),
        "package_search, by field": api(lambda: f"tags:公共数据 organization:d{some.randrange(20)}"),
        "package_search, again": lambda: called * (REQUESTS // 10),
        "result page, first time": lambda: [page(some.choice(ENGLISH)) for _ in range(REQUESTS)],
        "result page, again": lambda: popular * (REQUESTS // 10),
        "dataset page, first time": lambda: [f"/dataset/{next(fresh)}" for _ in range(REQUESTS)],
        "dataset page, again": lambda: read * (REQUESTS // 10),
        "home page": lambda: ["/"] * REQUESTS,
    }


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_search(ckan_config: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(ckan_config, "ckan.site_id", SITE)
    solr_url = ckan_config["solr_url"]
    began = time.perf_counter()
    names = fill(solr_url)
    print(f"\n{COUNT} datasets made in {time.perf_counter() - began:.0f} s; {USERS} readers at once")
    plugins = " ".join(ckan_config["ckan.plugins"])
    ours = Site("ours", plugins, solr_url, tmp_path)
    theirs = Site("stock", "", stock.core(solr_url), tmp_path)
    results = {}
    try:
        theirs.wait()
        with contextlib.suppress(AssertionError):  # stock fills its tables of actions while threads read them
            ask(theirs, ["/"] * 16)
        for site in (ours, theirs):
            site.wait()
            ask(site, ["/", "/dataset/", f"/dataset/{names[0]}"] * 8)
        print(f"{'':<34} {'median ms':>15}   {'95 of 100 within ms':>15}   {'requests a second':>15}")
        print(f"{'':<34} {'ours':>7} {'stock':>7}   {'ours':>7} {'stock':>7}   {'ours':>7} {'stock':>7}")
        for kind, urls in addresses(names).items():
            results[kind] = compare(kind, ours, theirs, urls)
        typed = [word[:length] for word in (*WORDS, "lvyou", "renkou", "kqzl") for length in range(1, 6)]
        offered: list[float] = []
        typed = list(dict.fromkeys(typed))
        new, typed = typed[::2], itertools.cycle(typed[1::2])
        for number in range(ROUNDS + 1):
            words = itertools.islice(typed, REQUESTS)
            taken, _ = ask(ours, [f"/api/3/action/nx_search_suggest?q={quote(word)}&_={number}" for word in words])
            offered += taken if number else []
        alone = [ask_alone(ours, word) for word in new]
        again = [ask_alone(ours, word) for word in new]
        print(f"{'suggestions':<34} {statistics.median(offered) * 1000:>7.1f} {'':>7}   {p95(offered):>7.1f}")
        for name, taken in (("suggestions, one reader, first", alone), ("suggestions, one reader, again", again)):
            print(f"{name:<34} {statistics.median(taken) * 1000:>7.1f} {'':>7}   {p95(taken):>7.1f}")
        print("(*) stock finds nothing for most of them, and so has nothing to read and to send")
    finally:
        ours.stop()
        theirs.stop()
        stock.remove(solr_url)
        pysolr.Solr(solr_url, timeout=300).delete(q=f'site_id:"{SITE}"', commit=True)


def ask_alone(site: Site, word: str) -> float:
    start = time.perf_counter()
    site.get(f"/api/3/action/nx_search_suggest?q={quote(word)}")
    return time.perf_counter() - start
