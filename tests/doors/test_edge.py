"""What cannot be stored or is of another type is refused before every view and action, in words that name the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ckan.tests import factories
from werkzeug.test import create_environ, run_wsgi_app

from ckanext.nxopendata.core.edge import parameters, payload, request_check

from . import ways
from .site import Site

pytestmark = pytest.mark.usefixtures("people")

JSON = {"content_type": "application/json"}


def nested(levels: int) -> Any:
    value: Any = "a"
    for _ in range(levels):
        value = [value]
    return value


class TestPayload:
    @pytest.mark.parametrize("text", ["\0", "\x0b", "\x1f", "\x7f", "\ud800", "\udfff", "\uffff"])
    def test_what_no_text_holds_is_found_however_deep(self, text: str) -> None:
        for value in (text, [text], {"a": {"b": [text]}}, {text: 1}, [[["a", f"b{text}c"]]]):
            assert payload.find_problem(value) == payload.NOT_STORABLE

    @pytest.mark.parametrize(
        "value", ["a\tb\r\nc", "宁夏 😀", "\u202e", 2**63 - 1, -0.5, None, True, [], {}, nested(39)]
    )
    def test_all_else_can_be_stored(self, value: Any) -> None:
        assert payload.find_problem(value) is None

    def test_numbers_have_64_bits_and_are_finite(self) -> None:
        assert payload.find_problem([2**63]) == payload.TOO_BIG
        assert payload.find_problem({"a": float("inf")}) == payload.NOT_A_NUMBER

    @pytest.mark.parametrize("levels", [41, 900, 20_000])
    def test_nesting_ends_somewhere(self, levels: int) -> None:
        assert payload.find_problem(nested(levels)) == payload.TOO_DEEP

    @pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "[" * 100_000, '{"a":' * 100_000])
    def test_what_is_no_json_is_not_parsed(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"JSON|deep"):
            payload.parse_json(text)


class TestParameters:
    def test_types_are_those_of_the_documentation_through_chains(self, people: Site) -> None:
        from ckan import logic

        types = parameters.find_types(logic.get_action("package_search"))
        assert (types["rows"], types["include_private"], types["fq_list"]) == ("count", "flag", "texts")
        assert parameters.find_types(logic.get_action("datastore_search"))["resource_id"] == "text"

    def test_most_actions_of_ckan_document_their_types(self) -> None:
        from ckan import logic

        documented = [way for way in ways.actions() if parameters.find_types(logic.get_action(way.name))]
        assert len(documented) > 150

    @pytest.mark.parametrize(
        ("type_", "right", "wrong"),
        [
            ("text", ["", "a"], [1, ["a"], {"a": 1}, True]),
            ("count", [0, "10", 10**18, ""], [-1, "x", "²", "٣", [1], True, 2**63, "1.5", " "]),
            ("number", [-5, "-5"], ["--5", 2**63, {}]),
            ("flag", [True, 0, "yes", "FALSE"], ["perhaps", 2, [True]]),
            ("texts", ["a", ["a", "b"], []], [["a", 1], [["a"]], {"a": 1}, ["a"] * 1001]),
            ("rows", [[], [{"a": 1}]], ["a", [1], {"a": 1}]),
            ("mapping", [{}], ["a", [], 1]),
            ("filters", [{}, "{}"], [[], 1]),
            ("moment", ["0", 1.5e9, "2024-05-31"], ["1e300", -1, "nan", []]),
            ("path", ["", "/dataset/", "http://example.org/"], ["office", "javascript:x", 1]),
        ],
    )
    def test_each_type_takes_its_values_alone(self, type_: str, right: list[Any], wrong: list[Any]) -> None:
        assert [value for value in right if parameters.check_type(value, type_)] == []
        assert [value for value in wrong if not parameters.check_type(value, type_)] == []

    def test_every_problem_has_a_text(self) -> None:
        codes = {value for name, value in vars(parameters).items() if name.startswith(("NOT_", "NO_", "TOO_"))}
        codes |= {value for name, value in vars(payload).items() if name.startswith(("NOT_", "TOO_"))}
        assert codes <= set(request_check.MESSAGES)


class TestPrograms:
    @pytest.mark.parametrize(
        ("action", "data", "field"),
        [
            ("package_show", {"id": ["a"]}, "id"),
            ("package_patch", {"id": {"a": 1}}, "id"),
            ("package_delete", {"id": [{"id": "a"}]}, "id"),
            ("bulk_update_public", {"datasets": ["a", 1], "org_id": "wlt"}, "datasets"),
            ("bulk_update_delete", {"datasets": [], "org_id": ["wlt"]}, "org_id"),
            ("package_search", {"rows": 10**30}, "rows"),
            ("tag_search", {"fields": "a"}, "fields"),
            ("datastore_run_triggers", {"id": "a"}, "resource_id"),
            ("package_search", {"q": "a\0"}, "q"),
            ("package_create", {"title": "a\ud800"}, "title"),
            ("package_collaborator_list", {"id": [1]}, "id"),
            ("datastore_search", {"resource_id": "a", "filters": "[" * 20_000}, "filters"),
            ("datastore_search", {"resource_id": "a", "q": '{"a":' * 20_000}, "q"),
            ("datastore_create", {"resource": "a", "records": []}, "resource"),
            ("datastore_upsert", {"resource_id": "a", "records": [{"a": [{"b": "\x01"}]}]}, "records"),
        ],
    )
    def test_get_the_field_and_the_reason(self, app: Any, action: str, data: dict[str, Any], field: str) -> None:
        answer = app.post(f"/api/3/action/{action}", data=json.dumps(data), **JSON)
        assert (answer.status_code, set(answer.json["error"])) == (409, {field, "__type"})
        assert answer.json["success"] is False
        english = app.post(f"/en/api/3/action/{action}", data=json.dumps(data), **JSON).json
        assert english["error"][field][0].isascii()
        assert not answer.json["error"][field][0].isascii()

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{", "application/json", 400),
            (b'{"id": NaN}', "application/json", 400),
            (b'{"id": "\xff"}', "application/json", 400),
            (b"[" * 50_000, "application/json", 400),
            (b"[]", "application/json", 400),
            (b"x=1", "text/plain", 415),
            (b"{}", "", 415),
            (json.dumps({"q": "a" * 1_100_000}).encode(), "application/json", 413),
            (b'{"id":' + b"[" * 5000, "application/x-www-form-urlencoded", 400),
        ],
    )
    def test_are_told_why_a_body_cannot_be_read(self, app: Any, body: bytes, content_type: str, status: int) -> None:
        answer = app.post("/api/3/action/package_search", data=body, content_type=content_type or None)
        assert answer.status_code == status
        assert answer.json["error"]["message"]

    def test_a_script_of_this_site_begins_with_the_name_of_a_function_alone(self, app: Any) -> None:
        address = "/api/3/action/package_search?rows=0&callback="
        for name in ("load", "a.b.$c", "_1"):
            assert app.get(address + name).body.startswith(f"{name}(")
        for code in ("alert(1)//", "a;b", "%0d%0aX", "a%00", "<b>", "%E2%80%A8a", "a" * 300, "1a", "a..b"):
            assert app.get(address + code).status_code == 409, code

    def test_a_null_of_a_reader_is_no_value(self, app: Any) -> None:
        answer = app.post("/api/3/action/package_search", data='{"q": null, "fq": null, "sort": null}', **JSON)
        assert answer.json["success"] is True

    def test_who_is_signed_in_may_send_more(self, app: Any) -> None:
        token = factories.UserWithToken()["token"]
        data = json.dumps({"id": "nothing", "notes": "a" * 1_100_000})
        answer = app.post("/api/3/action/package_patch", data=data, headers={"Authorization": token}, **JSON)
        assert answer.status_code == 404

    def test_what_is_not_there_is_not_found(self, app: Any) -> None:
        for action in ("package_collaborator_list", "group_member_delete", "package_collaborator_delete"):
            answer = app.post(f"/api/3/action/{action}", data='{"id": "nothing"}', **JSON)
            assert answer.status_code == 404, action


class TestPeople:
    def test_nested_json_in_a_field_is_a_bad_request_that_names_it(self, app: Any) -> None:
        deep = "[" * 2000
        assert "filters" in app.get(f"/datastore/dump/nothing?filters={deep}", status=400).body
        assert "login" in app.post("/user/login", data={"login": deep, "password": "b"}, status=400).body

    @pytest.mark.parametrize("host", ["a" * 5000, "localhost:99999", "xn--a", "\xff", "[::1"])
    def test_a_host_that_cannot_be_one_is_a_bad_request(self, app: Any, host: str) -> None:
        # As a server calls the application: a client of tests would look at the host itself.
        environ = create_environ("/dataset/") | {"HTTP_HOST": host}
        _, status, _ = run_wsgi_app(app.flask_app, environ)
        assert status[:3] in ("200", "400")
        assert status[:3] == "400" or len(host) < 6

    def test_an_address_that_holds_it_names_nothing(self, app: Any) -> None:
        for path in ("/dataset/a%00b", "/organization/%01", "/en/user/%00", "/datastore/dump/%00", "/webassets/%00"):
            assert app.get(path, status=404)

    def test_a_query_or_form_that_holds_it_is_a_bad_request_that_names_the_field(self, app: Any) -> None:
        assert "fq_x" in app.get("/dataset/?fq_x=a%00b", status=400).body
        page = app.post("/user/login", data={"login": "a\0", "password": "b"}, status=400)
        assert "login" in page.body

    def test_a_form_without_its_fields_is_a_bad_request(self, app: Any) -> None:
        assert "login" in app.post("/user/login", data={}, status=400).body

    def test_a_message_with_a_per_cent_sign_is_shown(self, app: Any) -> None:
        assert app.get("/feeds/custom.atom?sort=%25s", status=400)
