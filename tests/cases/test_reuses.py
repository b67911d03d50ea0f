"""Reuses: shown with or without their dataset, their addresses looked at, and reported without a word."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.reuses import link_checks, scheduled_tasks
from ckanext.nxopendata.core.outbound.guarded_http import AddressGuard, guarded_session
from tests.cases.conftest import CaseSite

REUSE = {"name": "景区地图", "type": "application", "authors": "张三", "description": "全区景区的地图"}


class Answers(BaseHTTPRequestHandler):
    """A server whose answer is its path: /404, /200, /302?there."""

    def do_GET(self) -> None:
        code = int(self.path[1:4])
        self.send_response(code)
        if code == 302:
            self.send_header("Location", self.path.partition("?")[2])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002  the name in the library
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    running = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def show(town: CaseSite, **answers: Any) -> dict[str, Any]:
    case = town.apply(kind="reuse", answers=REUSE | answers)
    return town.step("editor", case, "show", outcome="shown")


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/200", ""),
        ("/403", ""),
        ("/404", "404"),
        ("/500", "500"),
        ("/302?/200", ""),
        ("/302?/302", ""),
        ("/302?http://169.254.169.254/latest", "address"),
        ("/302?file:///etc/passwd", "connection"),
        ("/302?http://[", "address"),
    ],
)
def test_an_address_answers_or_not_and_leads_nowhere_else(server: str, path: str, problem: str) -> None:
    session = guarded_session(AddressGuard(["127.0.0.1/32"]), "test")
    assert link_checks.ask(session, server + path) == problem


def test_a_private_address_is_not_asked(server: str) -> None:
    assert link_checks.ask(guarded_session(AddressGuard(), "test"), f"{server}/200") == "address"


def test_an_address_that_is_gone_twice_is_told_and_no_longer_a_link(
    app: Any, town: CaseSite, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, link_checks.ALLOWED_HOSTS, ["127.0.0.1/32"])
    town.dataset()
    show(town, address=f"{server}/404")
    show(town, name="没有网址")
    for dead in (False, True):
        assert scheduled_tasks.run_monthly() == 1
        rows = {one["answers"]["name"]: one["dead"] for one in town.act("", "nx_case_reuse_list")["results"]}
        assert rows == {"景区地图": dead, "没有网址": False}
    page = app.get("/reuses").body
    assert "景区地图" in page and f'href="{server}/404"' not in page
    page = app.get("/dataset/jingqu").body
    assert page.count('nx-badge-warn">网址打不开<') == 1 and "景区地图" in page and f'href="{server}/404"' not in page
    assert "景区地图" in town.act("applicant", "nx_notice_list")[0]["text"]


def test_a_reuse_stays_when_its_dataset_goes(app: Any, town: CaseSite) -> None:
    dataset = town.dataset()
    show(town, address="https://example.org/map")
    assert "/dataset/jingqu" in app.get("/reuses?q=地图").body
    town.root("package_delete", id=dataset["id"])
    page = app.get("/reuses").body
    assert "景区地图" in page and "/dataset/jingqu" not in page
    assert "景区地图" not in app.get("/reuses?q=%25").body


def test_a_reuse_stands_beside_each_of_its_datasets_and_one_that_goes_leaves_a_mark(app: Any, town: CaseSite) -> None:
    town.dataset()
    more = [
        town.dataset(name, title_translated={"zh": title}) for name, title in (("wenwu", "文物"), ("fandian", "饭店"))
    ]
    town.dataset("hidden", title_translated={"zh": "未公开"}, private=True)
    for wrong in (["no-such"], ["hidden"], ["wenwu"] * 3 + [f"x{n}" for n in range(30)]):
        with pytest.raises(tk.ValidationError) as problem:
            show(town, datasets=wrong)
        assert set(problem.value.error_dict) == {"datasets"}
    show(town, datasets=["https://data.nx.gov.cn/dataset/wenwu", "fandian", "jingqu", "wenwu"])
    for name in ("jingqu", "wenwu", "fandian"):
        assert "景区地图" in app.get(f"/dataset/{name}").body
    (row,) = town.act("", "nx_case_reuse_list")["results"]
    assert [one["title"] for one in row["datasets"]] == ["文物", "饭店"]
    town.root("package_delete", id=more[0]["id"])
    (row,) = town.act("", "nx_case_reuse_list")["results"]
    assert [one["dataset_name"] for one in row["datasets"]] == ["", "fandian"]
    page = app.get("/reuses").body
    assert "其中一个数据集已不再公开" in page and "文物" not in page


def test_a_report_tells_the_department_and_takes_no_words(
    app: Any, town: CaseSite, reset_redis: Callable[[], None]
) -> None:
    reset_redis()
    town.dataset()
    case = show(town)
    waiting = town.apply(kind="reuse", answers=REUSE)
    for number in ("NX2026-999999", waiting["number"], "' OR 1=1", "x" * 101, "NX2026-٣"):
        with pytest.raises((tk.ObjectNotFound, tk.ValidationError)):
            town.act("", "nx_case_report_create", number=number, reason="spam")
    with pytest.raises(tk.ValidationError):
        town.act("", "nx_case_report_create", number=case["number"], reason="<script>")
    answer = app.post(f"/reuses/{case['number']}/report", data={"reason": "spam"}, follow_redirects=False)
    assert answer.status_code == 302
    form = re.search(rf'action="(/reuses/{case["number"]}/report)".*?</form>', app.get("/dataset/jingqu").body, re.S)
    assert form and 'name="dataset" value="jingqu"' in form[0] and '<option value="spam"' in form[0]
    again = app.post(form[1], data={"reason": "dead", "dataset": "jingqu"}, follow_redirects=False)
    assert again.location.endswith("/dataset/jingqu")
    outside = app.post(form[1], data={"reason": "dead", "dataset": "//evil.example"}, follow_redirects=False)
    assert "evil.example" not in outside.location.partition("/dataset/")[0]
    model.Session.expire_all()
    event = town.act("editor", "nx_case_show", id=case["id"])["events"][-1]
    assert (event["action"], event["detail"]) == ("report", {"reason": "dead"})
    assert case["number"] in town.act("editor", "nx_notice_list")[0]["text"]
    reset_redis()
