"""What a table was shown in while it was open shows nothing of it once it is closed, found by enumeration.

The file is loaded as a worker loads it: its rows stand in the index of words, in answers, pages of places, charts, SQL,
files of columns, profiles and kept pages. Every address and action that showed any of them is asked again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage
from werkzeug.routing.converters import NumberConverter

from ckanext.nxopendata.tables.charts import token
from tests.caches import forget_limits
from tests.safety.signing import release_file
from tests.tables.conftest import work

from . import ways
from .site import Site

COUNTIES = {"640422": "西吉县", "640423": "隆德县", "640424": "泾源县", "640425": "彭阳县", "640402": "原州区"}
WORD = "夜光人口"
LANGUAGES = ("", "/en")

CLOSINGS: dict[str, Callable[[Site, dict[str, Any]], Any]] = {
    "withdrawn": lambda people, dataset: people.withdraw(dataset),
    "private": lambda people, dataset: people.root("package_patch", id=dataset["id"], private=True),
    "deleted": lambda people, dataset: people.root("package_delete", id=dataset["id"]),
    "conditional": lambda people, dataset: people.root(
        "package_patch", id=dataset["id"], license_id="nx-conditional-1.0", nx_open_condition="签署使用协议"
    ),
    "recalled": lambda people, dataset: people.root("nx_safety_recall_create", id=dataset["id"], reason="有敏感信息"),
}


@dataclass(frozen=True)
class Table:
    """A public table, and the number that stands in no other."""

    dataset: dict[str, Any]
    resource: str
    chart: str
    number: int

    def shows(self, text: str) -> bool:
        return any(spelt in text for spelt in (str(self.number), f"{self.number:,}"))

    def references(self) -> list[str]:
        """Everything that an address may name it, or a part of it, by."""
        return [self.resource, self.dataset["name"], self.chart, *list(COUNTIES)[:1]]

    def queries(self) -> dict[str, str]:
        """Parameters, and what somebody who looks for the rows would write there."""
        sql = f'SELECT * FROM "{self.resource}"'
        return {
            "q": f"西吉县{WORD}",
            "sql": sql,
            "id": self.resource,
            "resource_id": self.resource,
            "code": "640422",
            "codes": "640422,640423",
            "x": "县区",
            "y": WORD,
            "url": f"/c/{self.chart}",
            "dataset": self.dataset["id"],
        }


@pytest.fixture
def tables(people: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> dict[str, Table]:
    """A public table for each way to close one."""
    kept: Any = people
    if not hasattr(kept, "folder"):
        kept.folder = str(tmp_path_factory.mktemp("storage"))
    monkeypatch.setitem(tk.config, "ckan.storage_path", kept.folder)
    if not hasattr(kept, "tables"):
        kept.tables = {way: make_table(people, way, 31_000_000 + 7_001 * n) for n, way in enumerate(CLOSINGS, 1)}
    return kept.tables


def make_table(people: Site, way: str, number: int) -> Table:
    lines = [f"{code},{name},2020,{number + n}" for n, (code, name) in enumerate(COUNTIES.items())]
    text = "\n".join([f"行政区划代码,县区,年份,{WORD}（人）", *lines]) + "\n"
    dataset = people.create(f"{WORD}{way}", name=f"night-{way}", license_id="nx-open-1.0")
    upload = FileStorage(io.BytesIO(text.encode()), filename="night.csv", content_type="text/csv")
    file = people.act(
        "editor", "resource_create", package_id=dataset["id"], name="night", url="night.csv", upload=upload
    )
    people.publish(dataset)
    work()
    release_file(file["id"])
    columns = ("县区", f"{WORD}（人）", "")
    chart = token.to_token(token.make_spec(file["id"], "bar", columns, "sum", "value", (), ""))
    return Table(dataset, file["id"], chart, number)


def requests(app: Any, table: Table) -> Iterator[tuple[str, str, Any]]:
    """(method, address, JSON) of all that may show a row: routes with each reference in each place, actions, tools."""
    everything, statement = "?" + urlencode(table.queries()), "?" + urlencode({"q": table.queries()["sql"]})
    for rule in app.flask_app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "api.action":
            continue
        names = sorted(rule.arguments)
        for values in product(*(_choices(rule, name, table) for name in names)):
            built = rule.build(dict(zip(names, values, strict=True)) | dict(rule.defaults or {}), append_unknown=False)
            if not built:
                continue
            yield "GET", built[1], None
            if set(values) <= {table.resource, table.dataset["name"]} or "sql" in rule.rule:
                yield "GET", built[1] + everything, None
            if not values or "sql" in rule.rule:
                yield "GET", built[1] + statement, None
    for action in ways.actions():
        if action.reads:
            known = {name: value for name, value in table.queries().items() if name in action.parameters}
            for q in ("", known.get("q", "")):
                yield "POST", f"/api/3/action/{action.name}", known | ({"q": q} if "q" in known else {})
    for tool in ways.tools():
        words = {"file_id": table.resource, "place": "640422", "question": table.queries()["q"], "id": table.resource}
        known = {name: words[name] for name in tool.parameters if name in words}
        yield "POST", "/mcp", ways.call_tool(tool.name, known)


def _choices(rule: Any, name: str, table: Table) -> list[Any]:
    converter = rule._converters.get(name)
    words = getattr(converter, "items", None)
    if words:
        return sorted(words)
    if isinstance(converter, NumberConverter):
        return [1]
    if name == "ending":
        return ["csv", "json", "jsonl", "xml", "xlsx", "parquet"]
    if name in ("resource_id", "id", "dataset_id") and "resource_id" in rule.arguments:
        return [table.resource if name == "resource_id" else table.dataset["name"]]
    return table.references() if len(rule.arguments) < 3 else table.references()[:1]


def ask(app: Any, request: tuple[str, str, Any], language: str = "") -> str:
    method, address, body = request
    forget_limits()
    client = app.flask_app.test_client()
    answer = client.open(language + quote(address, safe="/?&=%+:,()*"), method=method, json=body, buffered=True)
    return answer.get_data().decode("utf-8", "replace")


@pytest.fixture
def showing(answers: Any, people: Site, tables: dict[str, Table]) -> dict[str, list[tuple[str, str, Any]]]:
    """For each table, the requests that show a number of it while it is open: found for one, the same for all."""
    kept: Any = people
    if not hasattr(kept, "showing"):
        first = tables["withdrawn"]
        places, answered = [], {}
        for place, one in enumerate(requests(answers, first)):
            named = repr(one)  # two rules may build one address
            if named not in answered:
                answered[named] = first.shows(ask(answers, one))
                places += [place] if answered[named] else []
        kept.showing = {}
        for way, table in tables.items():
            every = list(requests(answers, table))
            kept.showing[way] = [every[n] for n in places]
    return kept.showing


@pytest.mark.parametrize("way", CLOSINGS)
def test_what_showed_a_table_shows_nothing_of_it_once_it_is_closed(
    answers: Any, people: Site, tables: dict[str, Table], showing: dict[str, Any], way: str
) -> None:
    table, addresses = tables[way], {address.partition("?")[0] for _, address, _ in showing[way]}
    below = f"/dataset/night-{way}/resource/{table.resource}"
    places = {f"/c/{table.chart}.csv", "/sql.json", "/place/640422.json", "/api/3/action/nx_answer_search", "/mcp"}
    assert places | {f"{below}/download", f"{below}/data.csv", f"/datastore/dump/{table.resource}"} <= addresses
    for request in showing[way]:  # pages are kept now
        ask(answers, request)
    CLOSINGS[way](people, table.dataset)
    model.Session.remove()
    told = [
        f"{language}{request}"
        for request in showing[way]
        for language in LANGUAGES
        if table.shows(ask(answers, request, language))
    ]
    assert not told, "\n".join(told)
