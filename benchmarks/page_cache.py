"""The page cache beside Flask-Caching and no cache: one dataset's page, one process, one run, the three in turns.

    var/venv/bin/pip install flask-caching
    NX_TEST_INSTANCE=bench deployment/test benchmarks/page_cache.py -q -s -p no:cacheprovider

Flask-Caching keeps the value of the view in the same Redis by path, query and language. It is told of no change and
puts no token of the reader into the page, so it does less than is needed. Times are of whole requests through WSGI.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # before CKAN's own folder "tests"

from tests.caches import finish_settling  # noqa: E402
from tests.conftest import app, call, clean_db, with_plugins  # noqa: E402, F401  fixtures

ROUNDS = 300
WARM = 20
SECONDS = "ckanext.nxopendata.caching.page_seconds"
URL = "/dataset/scenic"


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_page_cache(app: Any, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    flask_caching = pytest.importorskip("flask_caching")
    from ckan.plugins import toolkit as tk
    from flask import request

    from ckanext.nxopendata.portal.dataset import views

    call("organization_create", name="wlt", title_translated={"zh": "自治区文化和旅游厅"})
    texts = {"title_translated": {"zh": "景区名录"}, "notes_translated": {"zh": "景区的名称。"}}
    call("package_create", name="scenic", owner_org="wlt", **texts)
    finish_settling()
    options = {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": tk.config["ckan.redis.url"]}
    flask_cache = flask_caching.Cache(app.flask_app, config=options)

    def key() -> str:
        return f"{request.environ['CKAN_LANG']} {request.full_path}"

    stock = views.read
    by_flask_caching = flask_cache.cached(timeout=3600, make_cache_key=lambda *_, **__: key())(stock)
    kinds = {"ours": (3600, stock), "Flask-Caching": (0, by_flask_caching), "no cache": (0, stock)}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(WARM + ROUNDS):
        for kind, (seconds, view) in kinds.items():
            if kind == "no cache" and number % 10:
                continue  # it takes long enough
            monkeypatch.setitem(tk.config, SECONDS, seconds)
            monkeypatch.setattr(views, "read", view)
            start = time.perf_counter()
            answer = app.get(URL)
            if number >= WARM:
                times[kind].append(time.perf_counter() - start)
            assert answer.status_code == 200
            assert "景区名录" in answer.body
    medians = {kind: 1000 * statistics.median(found) for kind, found in times.items()}
    for kind, median in medians.items():
        print(f"\n{kind}: {median:.2f} ms", end="")
    print(f"\nFlask-Caching / ours: {medians['Flask-Caching'] / medians['ours']:.2f}")
