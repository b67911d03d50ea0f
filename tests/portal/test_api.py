"""The API for programs: its description, the page to try it, what Accept asks for, and the MCP server."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import anyio
import pytest
from ckan.tests import factories
from mcp.client.client import Client
from openapi_spec_validator import validate
from werkzeug.serving import make_server

from ckanext.nxopendata.portal.api import openapi

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Create = Callable[..., dict[str, Any]]


class TestTheDescription:
    def test_is_valid_and_names_only_what_the_site_answers(self, app: Any) -> None:
        described = app.get("/openapi.json").json
        validate(described)
        assert described["openapi"].startswith("3.1")
        assert {"/api/3/action/package_search", "/api/3/action/nx_search_suggest"} <= set(described["paths"])
        for path in described["paths"]:
            if path.startswith("/api/3/action/"):
                # Without parameters an action answers, or says which one is missing; it asks nobody to sign in.
                answer = app.get(path)
                assert answer.status_code in (200, 400, 404, 409), (path, answer.status_code)
        rules = {rule.endpoint for rule in app.flask_app.url_map.iter_rules()}
        assert {one.endpoint for one in openapi.ADDRESSES} <= rules

    def test_holds_every_parameter_that_an_action_documents(self, app: Any) -> None:
        app.get("/openapi.json")
        for operation in openapi.list_operations():
            assert operation.summary, operation.name
            for parameter in operation.parameters:
                assert parameter.text and ":type" not in parameter.text, (operation.name, parameter.name)

    def test_offers_no_action_that_writes(self, app: Any) -> None:
        names = [path.rpartition("/")[2] for path in app.get("/openapi.json").json["paths"]]
        assert not [name for name in names if name.endswith(("_create", "_update", "_delete", "_patch"))]


def test_the_console_asks_the_api_itself_and_shows_programs_that_run(app: Any, create: Create) -> None:
    create()
    page = app.get("/developers/console?action=package_search&q=%E6%99%AF%E5%8C%BA").get_data(as_text=True)
    assert 'action="http' in page and "/api/3/action/package_search" in page and "curl -sG" in page
    assert app.get("/developers/console?action=nope").status_code == 200
    assert app.get("/api/3/action/package_search?q=%E6%99%AF%E5%8C%BA").json["result"]["count"] == 1


def test_the_examples_for_developers_need_no_dataset_and_do_not_hang_on_the_newest(app: Any, create: Create) -> None:
    page = app.get("/developers").get_data(as_text=True)
    assert "datastore_search?resource_id=FILE-ID" in page and "/mcp" in page
    first = create(title_translated={"zh": "最早的数据集", "en": "First"})
    create(title_translated={"zh": "最新的数据集", "en": "Newest"})
    page = app.get("/developers").get_data(as_text=True)
    assert f"package_show?id={first['name']}" in page


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("text/turtle", ".ttl"),
        ("application/rdf+xml", ".rdf"),
        ("application/ld+json", ".jsonld"),
        ("application/json", ".json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ""),
        ("*/*", ""),
        ("text/turtle;q=0.5, text/html", ""),
    ],
)
def test_a_dataset_comes_in_the_form_that_is_asked_for(app: Any, create: Create, accept: str, ending: str) -> None:
    dataset = create()
    answer = app.get(f"/dataset/{dataset['name']}", headers={"Accept": accept}, follow_redirects=False)
    assert answer.status_code == (303 if ending == ".json" else 200)
    assert "Accept" in answer.headers["Vary"]
    if ending:
        # RDF comes at the address itself, and names the one that it has of its own.
        own = answer.headers["Location" if ending == ".json" else "Content-Location"]
        assert own.endswith(dataset["name"] + ending)
        assert app.get(own).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "english"),
    [
        ("/api/3/action/package_show?id=nope", {}, False),
        ("/api/3/action/package_show?id=nope", {"Accept-Language": "en-GB,en;q=0.9"}, True),
        ("/api/3/action/package_show?id=nope", {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, False),
        ("/api/3/action/package_show?id=nope", {"Accept-Language": "fr"}, False),
        ("/en/api/3/action/package_show?id=nope", {"Accept-Language": "zh"}, True),
        ("/api/3/action/package_show?id=nope", {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}, False),
    ],
)
def test_errors_are_in_the_language_that_is_asked_for(app: Any, path: str, headers: Any, english: bool) -> None:
    for answer in (app.get(path, headers=headers), app.get(path, headers=headers)):  # the second may be kept
        message = answer.json["error"]["message"]
        assert answer.status_code == 404 and message.isascii() is english, message
        assert ("Accept-Language" in answer.headers.get("Vary", "")) is not path.startswith("/en")


def test_departments_and_the_catalogue_come_as_turtle(app: Any, create: Create) -> None:
    create()
    for path in ("/", "/organization/wlt"):
        answer = app.get(path, headers={"Accept": "text/turtle"})
        assert answer.content_type.startswith("text/turtle") and "dcat:Catalog" in answer.get_data(as_text=True)


@pytest.fixture
def site(app: Any) -> Iterator[str]:
    """The application behind a real server; its address."""
    server = make_server("127.0.0.1", 0, app.flask_app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


class TestTheMcpServer:
    @pytest.mark.parametrize("mode", ["auto", "legacy"])
    def test_answers_the_client_of_the_sdk(self, site: str, create: Create, mode: str) -> None:
        public = create()
        hidden = create(title_translated={"zh": "不公开的数据", "en": "Hidden"}, private=True)

        async def ask() -> None:
            async with Client(f"{site}/mcp", mode=mode) as client:  # pyright: ignore[reportArgumentType]
                listed = await client.list_tools()
                tools = {tool.name: tool for tool in listed.tools}
                assert {"search_datasets", "describe_dataset", "query_rows", "check_licences"} <= set(tools)
                assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
                found = await client.call_tool("search_datasets", {"query": "景区"})
                assert [one["id"] for one in found.structured_content["datasets"]] == [public["name"]]
                about = await client.call_tool("describe_dataset", {"id": public["name"]})
                assert "[DS/OL]" in about.structured_content["citation"]["gbt7714"]
                checked = await client.call_tool("check_licences", {"datasets": [public["name"]]})
                assert checked.structured_content["verdict"] and not checked.is_error
                for name in (hidden["name"], "nope"):
                    refused = await client.call_tool("describe_dataset", {"id": name})
                    assert refused.is_error and refused.content[0].text  # pyright: ignore[reportAttributeAccessIssue]
                wrong = await client.call_tool("search_datasets", {"limit": 10**6})
                assert wrong.is_error

        anyio.run(ask)

    def test_who_is_signed_in_gets_no_more_than_the_public(self, app: Any, create: Create) -> None:
        hidden, token = create(private=True), factories.APIToken(user=factories.Sysadmin()["name"])["token"]
        call = {"name": "describe_dataset", "arguments": {"id": hidden["name"]}}
        for headers in ({}, {"Authorization": token}):
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            answer = app.post("/mcp", json=body, headers=headers).json
            assert answer["result"]["isError"] is True and hidden["id"] not in json.dumps(answer)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("{", -32700),
            ("[]", -32600),
            ('{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"a": "\\u0000"}}', -32600),
            ('{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"a": ["\\ud800"]}}', -32600),
            ('{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": ' + '{"a":' * 50 + "1" + "}" * 51, -32600),
            ("[" * 100_000, -32700),
            ('{"jsonrpc": "2.0", "id": 1}', -32600),
            ('{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600),
            ('{"jsonrpc": "2.0", "id": 1, "method": "nope"}', -32601),
            ('{"jsonrpc": "2.0", "id": 1, "method": "resources/list"}', -32601),
            ('{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {}}', -32602),
            ('{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "nope"}}', -32602),
        ],
    )
    def test_what_is_no_request_is_told_so(self, app: Any, body: str, code: int) -> None:
        answer = app.post("/mcp", data=body, content_type="application/json")
        assert answer.status_code == 200 and answer.json["error"]["code"] == code

    def test_keeps_no_session_opens_no_stream_and_serves_no_other_site(self, app: Any) -> None:
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        answer = app.post("/mcp", json=note)
        assert answer.status_code == 202 and not answer.data and "Mcp-Session-Id" not in answer.headers
        assert app.get("/mcp").status_code == 405 and app.flask_app.test_client().delete("/mcp").status_code == 405
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        assert app.post("/mcp", json=ping, headers={"Origin": "https://evil.example"}).status_code == 403
        assert app.post("/mcp", json=ping).json == {"jsonrpc": "2.0", "id": 1, "result": {}}
        parts = io.BytesIO(b" " * 300_000)  # without a length
        chunked = {"wsgi.input_terminated": True, "wsgi.input": parts, "HTTP_TRANSFER_ENCODING": "chunked"}
        assert app.post("/mcp", environ_overrides=chunked).status_code == 413
        old = app.post("/mcp", json=ping, headers={"MCP-Protocol-Version": "1999-01-01"})
        assert old.json["error"]["data"]["supported"]
