"""What a caller sends in the wrong shape: refused at its field, never an exception."""

import json
from typing import Any

import pytest
from ckan.tests import factories

from ckanext.nxopendata.core.payload import value_types

FIELDS = [
    {"field_name": "title_translated", "preset": "localised_text"},
    {"field_name": "nx_related_codes", "preset": "text_list"},
    {"field_name": "nx_spatial"},
    {"field_name": "nx_items", "repeating_subfields": [{"field_name": "name"}, {"field_name": "length"}]},
]
GOOD: dict[str, Any] = {
    "title": "名录",
    "title_translated": {"zh": "名录", "en": "List"},
    "nx_related_codes": ["214000/1"],
    "nx_spatial": 640100,
    "nx_items": [{"name": "名称", "length": 20}],
    "resources": [{"url": "https://wlt.example/a.csv", "size": 12, "name": 2024}],
    "tags": [{"name": "旅游"}],
    "private": True,
    "extras": [],
}


class TestShapes:
    def test_what_is_right_passes(self) -> None:
        assert value_types.find_type_errors(GOOD, FIELDS) == {}

    @pytest.mark.parametrize(
        ("field", "value", "found"),
        [
            ("nx_spatial", ["宁夏"], "not_text"),
            ("nx_spatial", "宁\0夏", "not_storable"),
            ("nx_spatial", "\ud83d", "not_storable"),
            ("title", 5, "not_text"),
            ("title_translated", {"zh": "名\0录"}, "not_storable"),
            ("title_translated", {"zh": "名" * 501}, "too_long"),
            ("nx_related_codes", [["214000/1"]], "not_texts"),
            ("nx_items", {"name": "名称"}, "not_rows"),
            ("nx_items", ["名称"], "not_rows"),
            ("nx_items", [{"name": "名称"}, {"name": ["名称"]}], [{}, {"name": "not_text"}]),
            ("resources", [{"url": 5}], [{"url": "not_text"}]),
            ("resources", [{"size": 10**30}], [{"size": "too_big"}]),
            ("tags", ["旅游"], "not_rows"),
            ("unheard_of", {"a": ["\0"]}, "not_storable"),
        ],
    )
    def test_what_is_wrong_is_named_at_its_field(self, field: str, value: Any, found: Any) -> None:
        assert value_types.find_type_errors(GOOD | {field: value}, FIELDS) == {field: found}


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestTheApi:
    @pytest.fixture
    def post(self, app: Any) -> Any:
        token = factories.SysadminWithToken()["token"]

        def post_json(action: str, /, **data: Any) -> tuple[int, dict[str, Any]]:
            headers = {"Authorization": token, "Content-Type": "application/json"}
            answer = app.post(f"/api/3/action/{action}", data=json.dumps(data), headers=headers)
            return answer.status_code, answer.json.get("error", {})

        return post_json

    def test_datasets_are_refused_at_the_field(self, post: Any) -> None:
        owner = factories.Organization(name="wlt", title="文旅厅")["id"]
        base = {"title": "名录", "notes": "摘要", "owner_org": owner}
        wrong: list[tuple[str, Any]] = [
            *((name, bad) for name in ("owner_org", "type", "name") for bad in (["a"], 5, {"a": 1}, "a\0b")),
            *(
                ("title_translated", bad)
                for bad in (["a"], {"zh": ["a"]}, "a\0b", "\ud800", "长" * 100_000, {"en": "x"})
            ),
            *(("nx_items", bad) for bad in (5, "[", ["a"], [{"name": 5}], [{"name": ["x"]}], [{"name": "a\0"}])),
            *(("resources", bad) for bad in ("a", {"a": 1}, [[1]], [{"url": ["a"]}], [{"url": 5}], [{"format": {}}])),
            *(("nx_theme", bad) for bad in ({"a": 1}, [[1]], "nonsense")),
            *(("nx_related_codes", bad) for bad in ([{"name": "x"}], "a\0b", "214")),
            *(("tag_string", bad) for bad in (5, ["a"])),
            *(("tags_translated", bad) for bad in (5, {"zh": 1}, {"zh": ["甲甲"], "en": ["one", "two"]})),
            *((name, "a\0b") for name in ("version", "nx_source_system", "nx_provenance")),
            *(
                (name, bad)
                for name in ("nx_survey_open_gb", "nx_open_year")
                for bad in (["1"], "１２３４５６７８９x", -1)
            ),
            ("nx_publish_date", ["2024-01-01"]),
            ("nx_is_open", {"a": 1}),
        ]
        for field, bad in wrong:
            status, errors = post("package_create", **(base | {field: bad}))
            assert (status, field in errors) == (409, True), (field, str(bad)[:40], status, errors)

    def test_departments_and_groups_are_too(self, post: Any) -> None:
        for kind in ("organization", "group"):
            for field, bad in (
                ("title_translated", [1]),
                ("title_translated", "a\0b"),
                ("title", 5),
                ("description_translated", {"zh": 1}),
                ("name", ["a"]),
                ("users", "a"),
                ("image_url", {"a": 1}),
            ):
                status, errors = post(f"{kind}_create", **({"name": "abc", "title": "名"} | {field: bad}))
                assert (status, field in errors) == (409, True), (kind, field, str(bad)[:40], status, errors)

    def test_the_actions_of_the_review_are_too(self, post: Any) -> None:
        for action, field, bad in (
            *(
                (name, "id", bad)
                for name in ("nx_review_show", "nx_review_log")
                for bad in (["a"], "a\0b", "\ud800", None)
            ),
            *(("nx_review_decide", "action", bad) for bad in (["a"], "sing", 5)),
            *(("nx_review_decide", "release_at", bad) for bad in (["a"], "tomorrow", {"a": 1})),
            *(("nx_review_list", "limit", bad) for bad in ("many", -1, ["a"], {"a": 1})),
            *(("nx_catalogue_list", "kind", bad) for bad in ("all", ["open"], 5)),
            *(("nx_catalogue_list", "year", bad) for bad in ("next", [2027])),
            *(("nx_workdays_update", "csv", bad) for bad in (["a"], "a\0b", "nonsense", {"a": 1})),
        ):
            whole = {"id": "x", "action": "submit", "kind": "open", "csv": "day,working,name"} | {field: bad}
            status, errors = post(action, **whole)
            assert (status, field in errors) == (409, True), (action, field, bad, status, errors)
        assert post("nx_catalogue_list", kind="open", offset=10**18, limit=10**18)[0] == 200
        assert post("nx_catalogue_list", kind="open", offset=10**30)[0] == 409
