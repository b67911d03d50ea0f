"""No byte and no row of a file reaches whoever may not have it, by whatever route or action, found by enumeration.

Conditional files without an agreement, files of a draft, of a private and of a withdrawn dataset, and open files that
a room's condition closes: asked for as every outsider, by every method and header that brings bytes, below the right
dataset and below others.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from ckan import model
from ckan import plugins as p
from ckan.plugins import core

from ckanext.nxopendata.core.file_access import doors
from ckanext.nxopendata.core.file_access.decision import decide
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest, IFileAccess, Part
from ckanext.nxopendata.harvest.mirror import versions

from .. import routes
from . import ways
from .site import Site

SECRET = "沙湖机密"
FILE = f"名称,等级\n{SECRET},5A\n"
EARLIER = f"名称,等级\n{SECRET},4A\n".encode()
REFUSED = (401, 403, 404)
HIDDEN = ("conditional", "draft", "private", "withdrawn", "closed")
OUTSIDERS = {
    "conditional": ("", "stranger", "office"),
    "draft": ("", "stranger", "office"),
    "private": ("", "stranger"),
    "withdrawn": ("", "stranger"),
    "closed": ("", "stranger"),
}
"""Who may not have a file; the office reads what was submitted to it once, but needs an agreement as everybody does."""

QUERIES = ("", "?format=json&limit=10&q=", "?bom=true&include_private=1&preview=1&download=1&resource={resource}")
HEADERS = ({}, {"Range": "bytes=0-20"}, {"If-None-Match": "*"}, {"Accept": "text/turtle"}, {"X-Original-URL": "/"})
TOOL_REFERENCES = frozenset({"id", "file_id", "datasets"})
"""Arguments of tools that name a dataset or a file."""


class ClosingPlugin(p.SingletonPlugin):
    """A room of somebody else's that closes the files of one dataset, and grants a part of those of another."""

    p.implements(IFileAccess)

    def judge_file_access(self, asked: Sequence[FileRequest]) -> Mapping[str, Access]:
        granted = Access(True, "grant", personal=True, part=Part(frozenset({"name"}), {"name": frozenset({"x"})}))
        answers = {"closed": Access(False, "recalled", "召回"), "granted": granted}
        return {one.resource.id: answers[one.dataset.name] for one in asked if one.dataset.name in answers}


class Hidden(NamedTuple):
    """A file that outsiders may not have, and what leads to it."""

    dataset: str
    dataset_id: str
    resource: str
    view: str


@pytest.fixture
def hidden(people: Site, create_with_upload: Any, monkeypatch: Any, tmp_path_factory: Any) -> dict[str, Hidden]:
    """A file of each kind with an earlier content, rows in DataStore and a view of them; and an open dataset."""
    from ckan.plugins import toolkit as tk

    kept: Any = people
    if not hasattr(kept, "storage"):
        kept.storage = str(tmp_path_factory.mktemp("storage"))
    monkeypatch.setitem(tk.config, "ckan.storage_path", kept.storage)
    monkeypatch.setitem(core._PLUGINS_SERVICE, "closing", ClosingPlugin(name="closing"))
    if not hasattr(kept, "hidden"):
        people.publish(people.create("公园名录", name="open", license_id="nx-open-1.0"))
        kept.hidden = {kind: make_hidden(people, kind, create_with_upload) for kind in HIDDEN}
    return kept.hidden


def make_hidden(people: Site, kind: str, create_with_upload: Any) -> Hidden:
    opened: dict[str, Any] = {"license_id": "nx-open-1.0"}
    if kind == "conditional":
        opened = {"license_id": "nx-conditional-1.0", "nx_open_condition": "签署使用协议"}
    dataset = people.create(f"景区{kind}", name=kind, **opened)
    user = model.User.get("editor")
    context = {"user": "editor", "auth_user_obj": user, "ignore_auth": False}
    file = {"package_id": dataset["id"], "name": "x", "url": "x.csv", "format": "CSV"}
    resource = create_with_upload(FILE, "x.csv", context, **file)
    rows = [{"name": SECRET}]
    people.root("datastore_create", resource_id=resource["id"], fields=[{"id": "name"}], records=rows, force=True)
    digest = hashlib.sha256(EARLIER).hexdigest()
    versions.store_content(resource["id"], digest, io.BytesIO(EARLIER))
    for sha256 in (digest, resource["hash"]):
        known = versions.find_newest([resource["id"]]).get(resource["id"])
        told = {"name": "x.csv", "sha256": sha256, "size": len(EARLIER)}
        row = versions.build_row(known, resource["id"], dataset["id"], "https://example.org/x.csv", **told)
        versions.store_rows([row])
    model.Session.commit()
    view = people.root("resource_view_create", resource_id=resource["id"], view_type="datatables_view", title="x")
    if kind == "private":
        people.decide("editor", dataset, "submit")
    elif kind != "draft":
        people.publish(dataset)
    if kind == "withdrawn":
        people.withdraw(dataset)
    return Hidden(kind, dataset["id"], resource["id"], view["id"])


def leaks(text: str) -> bool:
    """Whether the marker stands in a text, in any of its spellings."""
    return any(spelt in text for spelt in (SECRET, quote(SECRET), json.dumps(SECRET)[1:-1], "&#27801;"))


def asked(app: Any, people: Site, who: str, address: str, rule: Any, queries: Any = ("",)) -> Iterator[tuple[str, Any]]:
    """(how, answer) of a person's requests for an address by every method, header and query that could bring bytes."""
    client, own = app.flask_app.test_client(), people.headers(who)
    ways: list[tuple[str, str, dict[str, str]]] = [(method, "", {}) for method in ("HEAD", "POST")]
    ways += [("GET", query, {}) for query in queries]
    ways += [("GET", "", more) for more in HEADERS] if len(queries) > 1 else []
    for method, query, more in ways:
        if method in rule.methods:
            data = {"data": routes.VIEW_FORM} if method == "POST" else {}
            answer = client.open(address + query, method=method, headers={**own, **more}, **data)
            yield f"{who or 'nobody'} {method} {address}{query} {more}", answer


def addresses(app: Any, file: Hidden, dataset: str) -> Iterator[tuple[Any, str]]:
    """(rule, address) of every route with an argument, the file in the place of whatever it may be taken for."""
    return routes.addresses(app, file.resource, dataset, resource_view_id=file.view, view_id=file.view)


@pytest.mark.parametrize("kind", HIDDEN)
def test_no_route_to_a_file_sends_a_byte_of_it(
    answers: Any, people: Site, hidden: dict[str, Hidden], kind: str
) -> None:
    file, sending = hidden[kind], set()
    queries = [query.format(resource=file.resource) for query in QUERIES]
    for rule, address in addresses(answers, file, file.dataset):
        if not routes.takes_a_file(rule):
            continue
        for who in OUTSIDERS[kind]:
            thoroughly = not who and kind in ("conditional", "draft")
            for how, answer in asked(answers, people, who, address, rule, queries if thoroughly else ("",)):
                assert not leaks(answer.get_data(as_text=True)), how
                if not routes.tells_of_a_file(answers, rule):
                    assert answer.status_code in REFUSED, how
                    sending.add(rule.endpoint)
    assert {"dataset_resource.download", "datastore.dump", "nx_harvest_files.content", "nx_tables.download"} <= sending


@pytest.mark.parametrize("kind", HIDDEN)
def test_no_other_route_sends_a_byte_of_it(answers: Any, people: Site, hidden: dict[str, Hidden], kind: str) -> None:
    file = hidden[kind]
    for rule, address in routes.addresses(answers, file.dataset, file.dataset, location=file.resource):
        if not routes.takes_a_file(rule) and "GET" in (rule.methods or ()):
            answer = answers.flask_app.test_client().get(address)
            assert not leaks(answer.get_data(as_text=True)), address


@pytest.mark.parametrize("kind", HIDDEN)
def test_no_route_sends_it_below_another_dataset(
    answers: Any, people: Site, hidden: dict[str, Hidden], kind: str
) -> None:
    file = hidden[kind]
    for dataset, who in (("open", ""), ("nowhere", "stranger")):
        for rule, address in addresses(answers, file, dataset):
            if "resource_id" in rule.arguments and not routes.tells_of_a_file(answers, rule):
                for how, answer in asked(answers, people, who, address, rule):
                    assert answer.status_code in REFUSED, how
                    assert not leaks(answer.get_data(as_text=True)), how


@pytest.mark.ckan_config("ckan.datastore.sqlsearch.enabled", True)
def test_no_action_gives_a_row_of_it(answers: Any, people: Site, hidden: dict[str, Hidden]) -> None:
    client, given = answers.flask_app.test_client(), 0
    for way in ways.actions():
        if not way.reads and not way.name.startswith("datastore_"):
            continue
        for kind, file in hidden.items():
            for data in parameters(way, file):
                for who in OUTSIDERS[kind][:2]:
                    answer = client.post(f"/api/3/action/{way.name}", json=data, headers=people.headers(who))
                    assert not leaks(answer.get_data(as_text=True)), (who, way.name, data)
                    given += answer.status_code == 200
    assert given > 100


def test_no_tool_of_programs_gives_a_row_of_it(answers: Any, people: Site, hidden: dict[str, Hidden]) -> None:
    """They are asked as the public, also by who may have the file."""
    client, sent = answers.flask_app.test_client(), 0
    for tool in ways.tools():
        for file in hidden.values():
            for reference in (file.resource, file.dataset, file.dataset_id):
                arguments = {name: [reference] if name == "datasets" else reference for name in tool.parameters}
                chosen = {name: arguments[name] for name in tool.parameters if name in TOOL_REFERENCES}
                for who in ("", "editor"):
                    asked = ways.call_tool(tool.name, chosen or dict.fromkeys(tool.parameters[-1:], SECRET[:2]))
                    answer = client.post("/mcp", json=asked, headers=people.headers(who))
                    assert not leaks(answer.get_data(as_text=True)), (who, tool.name, file.kind)
                    sent += answer.status_code == 200
    assert sent > 100


def parameters(way: ways.Action, file: Hidden) -> Iterator[dict[str, Any]]:
    """The parameters of an action, with the file, or its dataset, in the place of whatever names something."""
    sql = f'SELECT * FROM "{file.resource}"'
    known = {"sql": sql, "q": SECRET[:2], "by": "name", "dataset": file.dataset, "ids": [file.dataset_id]}
    named = [name for name in way.parameters if name == "id" or name.endswith(("_id", "package"))]
    for reference in (file.resource, file.dataset_id) if named else ("",):
        yield dict.fromkeys(named, reference) | {name: known[name] for name in way.parameters if name in known}


@pytest.mark.parametrize("kind", HIDDEN)
def test_the_basket_holds_it_back(answers: Any, people: Site, hidden: dict[str, Hidden], kind: str) -> None:
    file = hidden[kind]
    for who in OUTSIDERS[kind]:
        client = answers.flask_app.test_client()
        for wanted in ({"resource": file.resource}, {"dataset": file.dataset}):
            client.post("/basket/add", data=wanted, headers=people.headers(who))
        for address in ("/basket", "/basket/download"):
            answer = client.get(address, headers=people.headers(who))
            assert not leaks(answer.get_data(as_text=True)), (who, address)
            assert answer.mimetype == "text/html"


def test_the_department_has_its_own(answers: Any, people: Site, hidden: dict[str, Hidden]) -> None:
    """The refusals above are no accident of the set-up: who edits the dataset gets bytes, rows and earlier contents."""
    for kind, file in hidden.items():
        below = f"/dataset/{file.dataset}/resource/{file.resource}"
        for way in (f"{below}/download", f"{below}/content/1", f"/datastore/dump/{file.resource}"):
            answer = answers.flask_app.test_client().get(way, headers=people.headers("editor"))
            assert (answer.status_code, leaks(answer.get_data(as_text=True))) == (200, True), (kind, way)


def test_a_part_of_a_file_is_not_the_file(answers: Any, people: Site, hidden: dict[str, Hidden]) -> None:
    """Who was granted some columns and rows gets them from what can cut, and nothing from what cannot."""
    file, client = hidden["closed"], answers.flask_app.test_client()
    people.root("package_patch", id=file.dataset_id, name="granted")
    try:
        assert decide(file.resource, "", rows=True).code == "part"
        access = decide(file.resource, "", rows=True, part=True)
        assert (access.allowed, access.personal) == (True, True)
        assert access.part == Part(frozenset({"name"}), {"name": frozenset({"x"})})
        for address in (f"/dataset/granted/resource/{file.resource}/download", f"/datastore/dump/{file.resource}"):
            answer = client.get(address)
            assert answer.status_code == 403, address
            assert "no-store" in answer.headers["Cache-Control"]
        assert client.get(f"/api/3/action/datastore_search?resource_id={file.resource}").status_code == 403
    finally:
        people.root("package_patch", id=file.dataset_id, name="closed")


def test_parts_are_cut_further_by_each_other() -> None:
    one = Part(frozenset({"a", "b"}), {"a": frozenset({"1", "2"})})
    other = Part(None, {"a": frozenset({"2", "3"}), "b": frozenset({"4"})})
    both = Part(frozenset({"a", "b"}), {"a": frozenset({"2"}), "b": frozenset({"4"})})
    assert one.narrow(other) == other.narrow(one) == both
    assert one.narrow(one) == one


def test_every_exception_is_still_a_route(answers: Any) -> None:
    """A view that is known to send nothing of the file in its address is there, and takes a file."""
    known = {rule.endpoint for rule in answers.flask_app.url_map.iter_rules() if routes.takes_a_file(rule)}
    assert known >= doors.ABOUT
