"""Datasets through the API: localised titles, readable addresses, code lists."""

from collections.abc import Callable
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture
def department() -> dict:
    return factories.Organization(
        name="wlt", title_translated={"zh": "自治区文化和旅游厅", "en": "Department of Culture and Tourism"}
    )


@pytest.fixture
def create(call: Act, department: dict) -> Callable[..., dict]:
    def create_dataset(**fields: Any) -> dict:
        values = {
            "title_translated": {"zh": "宁夏A级旅游景区名录", "en": "Scenic spots of Ningxia"},
            "notes_translated": {"zh": "全区A级景区的名称、等级和位置。"},
            "owner_org": department["id"],
        }
        return call("package_create", **(values | fields))

    return create_dataset


class TestNames:
    def test_the_address_is_the_pinyin_of_the_title(self, create: Act) -> None:
        assert create()["name"] == "ning-xia-a-ji-lv-you-jing-qu-ming-lu"

    def test_equal_titles_of_two_departments_get_numbered_addresses(self, create: Act) -> None:
        create()
        assert (
            create(owner_org=factories.Organization(title="统计局")["id"])["name"]
            == "ning-xia-a-ji-lv-you-jing-qu-ming-lu-2"
        )

    def test_an_update_keeps_the_address(self, create: Act, call: Act) -> None:
        dataset = create()
        updated = call("package_patch", id=dataset["id"], title="景区名录")
        assert updated["name"] == dataset["name"]


class TestLocalisedTitle:
    def test_a_plain_title_is_the_chinese_one(self, create: Act) -> None:
        dataset = create(title="统计公报", title_translated=None)
        assert dataset["title_translated"] == {"zh": "统计公报"}

    def test_the_plain_title_follows_the_chinese_one(self, create: Act) -> None:
        assert create()["title"] == "宁夏A级旅游景区名录"

    def test_patching_the_plain_title_keeps_the_english_one(self, create: Act, call: Act) -> None:
        dataset = create()
        patched = call("package_patch", id=dataset["id"], title="景区名录")
        assert patched["title_translated"] == {"zh": "景区名录", "en": "Scenic spots of Ningxia"}

    def test_without_chinese_it_is_refused_at_the_field(self, create: Act) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            create(title_translated={"en": "Only English"})
        assert list(refusal.value.error_dict) == ["title_translated"]

    def test_a_list_is_refused(self, create: Act) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            create(title_translated=["宁夏"])
        assert "title_translated" in refusal.value.error_dict


class TestCodes:
    def test_an_unknown_code_is_refused_and_named(self, create: Act) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            create(nx_region="999999")
        assert "999999" in refusal.value.error_dict["nx_region"][0]

    def test_themes_are_found_and_labelled_in_the_readers_language(self, create: Act, call: Act) -> None:
        create(nx_theme=["7", "nx-tourism"])
        found = call("package_search", **{"facet.field": ["nx_theme"]})
        labels = {item["display_name"] for item in found["search_facets"]["nx_theme"]["items"]}
        assert labels == {"教育文化", "文化旅游"}

    def test_a_county_is_found_under_its_city(self, create: Act, call: Act) -> None:
        create(nx_region="640181")
        assert call("package_search", fq="nx_region:640100")["count"] == 1

    def test_the_publication_date_is_not_in_the_future(self, create: Act) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            create(nx_publish_date="2999-01-01")
        assert "nx_publish_date" in refusal.value.error_dict


class TestDataItems:
    def test_items_are_kept_in_order(self, create: Act, call: Act) -> None:
        items = [{"name": "名称", "type": "C", "length": "200"}, {"name": "评定年份", "type": "I"}]
        dataset = create(nx_items=items)
        shown = call("package_show", id=dataset["id"])
        assert [item["name"] for item in shown["nx_items"]] == ["名称", "评定年份"]

    def test_a_dataset_is_found_by_an_items_name(self, create: Act, call: Act) -> None:
        create(nx_items=[{"name": "评定年份", "type": "I"}])
        assert call("package_search", q="评定年份")["count"] == 1


class TestDepartment:
    def test_a_mistyped_credit_code_is_refused(self) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            factories.Organization(title="统计局", nx_uscc="116400000100000001")
        assert "nx_uscc" in refusal.value.error_dict

    def test_a_credit_code_is_kept(self) -> None:
        assert factories.Organization(title="统计局", nx_uscc="91110000600037341L")["nx_uscc"] == "91110000600037341L"


class TestGroups:
    def test_their_names_are_in_the_readers_language(self, create: Act, call: Act, app: Any) -> None:
        call("group_create", name="travel", title_translated={"zh": "旅游出行", "en": "Travel"})
        call("group_create", name="maps", title="地图")
        create(groups=[{"name": "travel"}])
        assert call("group_show", id="travel")["title"] == "旅游出行"
        listed = app.get("/en/api/3/action/group_list?all_fields=true").json["result"]
        assert {group["name"]: group["display_name"] for group in listed} == {"travel": "Travel", "maps": "地图"}
        found = app.get('/en/api/3/action/package_search?facet.field=["groups"]').json["result"]
        assert found["results"][0]["groups"][0]["display_name"] == "Travel"
        assert found["search_facets"]["groups"]["items"][0]["display_name"] == "Travel"
        page = app.get("/en/group/travel").get_data(as_text=True)
        assert "Travel" in page
        assert "旅游出行" in app.get("/group/travel").get_data(as_text=True)

    def test_their_form_asks_for_each_language(self, app: Any) -> None:
        headers = {"Authorization": factories.SysadminWithToken()["token"]}
        form = {"title_translated-zh": "旅游出行", "title_translated-en": "Travel", "name": "travel"}
        assert 'name="title_translated-en"' in app.get("/group/new", headers=headers).get_data(as_text=True)
        app.post("/group/new", data=form, headers=headers)
        shown = app.get("/api/3/action/group_show?id=travel").json["result"]
        assert (shown["title"], shown["title_translated"]["en"]) == ("旅游出行", "Travel")
