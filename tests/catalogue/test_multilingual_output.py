"""Names in the reader's language: departments, facets, feeds, tags."""

from collections.abc import Callable
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.core import localised

Act = Callable[..., Any]


class TestLists:
    @given(
        st.dictionaries(
            st.sampled_from(["zh", "en"]), st.lists(st.text("宁夏景区ab", min_size=1), min_size=1, unique=True)
        )
    )
    def test_what_is_stored_is_read_back(self, lists: dict[str, list[str]]) -> None:
        assert localised.parse_lists(localised.dump(lists)) == lists

    @pytest.mark.parametrize("value", ["旅游、景区", "旅游，景区", ["旅游", "景区", "旅游"], {"zh": "旅游;景区"}])
    def test_shapes(self, value: Any) -> None:
        assert localised.parse_lists(value) == {"zh": ["旅游", "景区"]}

    @pytest.mark.parametrize("value", [3, {"zh": 3}, {"zh": [["a"]]}])
    def test_others_are_refused(self, value: Any) -> None:
        with pytest.raises(localised.LocalisedValueError):
            localised.parse_lists(value)


@pytest.fixture
def department() -> dict:
    titles = {"zh": "自治区文化和旅游厅", "en": "Department of Culture and Tourism"}
    return factories.Organization(name="wlt", title_translated=titles)


@pytest.fixture
def dataset(call: Act, department: dict) -> dict:
    return call(
        "package_create",
        title_translated={"zh": "景区名录", "en": "Scenic spots"},
        notes_translated={"zh": "摘要", "en": "Summary in English"},
        owner_org=department["id"],
        tags_translated={"zh": ["旅游", "景区"], "en": ["tourism", "spots"]},
    )


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestReaders:
    def test_a_search_for_some_fields_gives_them_in_every_language(self, app: Any, dataset: dict) -> None:
        for field in ("id", "organization", "groups", "tags", "resources", "extras", "validated_data_dict", "*"):
            for address in ("", "/en"):
                address += f"/api/3/action/package_search?fl={field}"
                assert app.get(address).json["result"]["count"] == 1, address
        assert app.get("/en/catalog.ttl").status_code == 200

    @pytest.mark.parametrize(
        ("locale", "title"), [("", "自治区文化和旅游厅"), ("/en", "Department of Culture and Tourism")]
    )
    def test_the_facet_of_departments(self, app: Any, dataset: dict, locale: str, title: str) -> None:
        answer = app.get(f"{locale}/api/3/action/package_search?facet.field=%5B%22organization%22%5D").json
        (item,) = answer["result"]["search_facets"]["organization"]["items"]
        assert item["display_name"] == title

    @pytest.mark.parametrize(("locale", "names"), [("", {"旅游", "景区"}), ("/en", {"tourism", "spots"})])
    def test_the_facet_of_tags(self, app: Any, dataset: dict, locale: str, names: set[str]) -> None:
        answer = app.get(f"{locale}/api/3/action/package_search?facet.field=%5B%22tags%22%5D").json
        items = answer["result"]["search_facets"]["tags"]["items"]
        assert {item["display_name"] for item in items} == names

    def test_the_department_of_a_dataset(self, app: Any, dataset: dict) -> None:
        shown = app.get(f"/en/api/3/action/package_show?id={dataset['id']}").json["result"]
        assert shown["organization"]["title"] == "Department of Culture and Tourism"
        assert shown["title"] == "景区名录"  # plain fields are the default language, so that they can be sent back

    def test_a_list_of_departments_names_them_but_keeps_the_plain_title(self, app: Any, department: dict) -> None:
        (shown,) = app.get("/en/api/3/action/organization_list?all_fields=true").json["result"]
        assert shown["display_name"] == "Department of Culture and Tourism"
        assert shown["title"] == "自治区文化和旅游厅"

    def test_the_page_of_a_department(self, app: Any, department: dict) -> None:
        assert "Department of Culture and Tourism" in app.get("/en/organization/wlt").body

    @pytest.mark.parametrize(("locale", "text"), [("", "景区名录"), ("/en", "Scenic spots")])
    def test_feeds(self, app: Any, dataset: dict, locale: str, text: str) -> None:
        assert f"<title>{text}</title>" in app.get(f"{locale}/feeds/dataset.atom").body

    def test_tags(self, app: Any, dataset: dict) -> None:
        shown = app.get(f"/en/api/3/action/package_show?id={dataset['id']}").json["result"]
        assert {tag["name"]: tag["display_name"] for tag in shown["tags"]} == {"旅游": "tourism", "景区": "spots"}


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestTags:
    def test_the_chinese_ones_are_ckans(self, dataset: dict) -> None:
        assert {tag["name"] for tag in dataset["tags"]} == {"旅游", "景区"}

    def test_a_dataset_is_found_by_an_english_tag(self, call: Act, dataset: dict) -> None:
        assert call("package_search", q="tourism")["count"] == 1

    def test_whoever_sends_plain_tags_changes_the_chinese_ones(self, call: Act, dataset: dict) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            call("package_patch", id=dataset["id"], tags=[{"name": "名胜"}])
        assert "tags_translated" in refusal.value.error_dict
        patched = call("package_patch", id=dataset["id"], tags=[{"name": "名胜"}, {"name": "旅游"}])
        assert patched["tags_translated"]["zh"] == ["名胜", "旅游"]

    def test_an_update_with_what_was_shown_changes_nothing(self, call: Act, dataset: dict) -> None:
        again = call("package_update", **call("package_show", id=dataset["id"]))
        assert again["tags_translated"] == dataset["tags_translated"]

    def test_plain_tags_alone_need_no_translation(self, call: Act, department: dict) -> None:
        created = call(
            "package_create", title="名录", notes="摘要", owner_org=department["id"], tags=[{"name": "旅游"}]
        )
        assert [tag["name"] for tag in created["tags"]] == ["旅游"]
        assert "tags_translated" not in created


@pytest.mark.ckan_config("ckanext.nxopendata.catalogue.languages", ["zh", "en", "ar"])
@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestMoreLanguages:
    def test_a_third_language_is_kept_found_and_asked_for_in_the_form(
        self, app: Any, call: Act, department: dict
    ) -> None:
        dataset = call(
            "package_create",
            title_translated={"zh": "景区名录", "en": "Scenic spots", "ar": "مواقع سياحية"},
            notes="摘要",
            owner_org=department["id"],
            tags_translated={"zh": ["旅游"], "ar": ["سياحة"]},
        )
        assert dataset["title_translated"]["ar"] == "مواقع سياحية"
        assert call("package_search", q="سياحية")["count"] == 1
        assert call("package_search", q="سياحة")["count"] == 1
        with pytest.raises(tk.ValidationError) as refusal:
            call("package_patch", id=dataset["id"], title_translated={"zh": "名录", "fr": "Liste"})
        assert "fr" in str(refusal.value.error_dict["title_translated"])
        admin = factories.SysadminWithToken()
        form = app.get("/dataset/new", headers={"Authorization": admin["token"]}).body
        assert 'name="title_translated-ar"' in form
        assert "阿拉伯语" in form
