"""The depth of the schema: survey numbers, items with their own attributes, files, the tree of departments."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.catalogue import files
from ckanext.nxopendata.catalogue.schema import data_items_form
from ckanext.nxopendata.core import departments

Act = Callable[..., Any]


class TestItemsOfTheForm:
    def test_rows_keep_their_order_beyond_the_tenth(self) -> None:
        dataset: dict[str, Any] = {f"nx_items-{row}-name": f"项{row}" for row in reversed(range(12))}
        data_items_form.items_from_form(dataset)
        assert dataset == {"nx_items": [{"name": f"项{row}"} for row in range(12)]}

    def test_empty_rows_are_left_out(self) -> None:
        dataset = {"nx_items-0-name": "", "nx_items-0-type": "", "nx_items-1-name": "名称", "nx_items-1-type": "C"}
        data_items_form.items_from_form(dataset)
        assert dataset == {"nx_items": [{"name": "名称", "type": "C"}]}

    def test_what_the_api_sends_is_left_alone(self) -> None:
        dataset = {"nx_items": [{"name": "名称"}], "title": "景区"}
        data_items_form.items_from_form(dataset)
        assert dataset == {"nx_items": [{"name": "名称"}], "title": "景区"}


class TestReadability:
    @pytest.mark.parametrize(("name", "grade"), [("CSV", "3"), (".xls", "2"), ("pdf", "1"), ("谁知道", None)])
    def test_grades(self, name: str, grade: str | None) -> None:
        assert files.readability(name) == grade


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
class TestDataset:
    @pytest.fixture
    def create(self, call: Act) -> Callable[..., dict]:
        owner = factories.Organization(title="文旅厅")["id"]
        return lambda **fields: call("package_create", title="名录", notes="摘要", owner_org=owner, **fields)

    def test_survey_numbers_are_numbers(self, create: Act) -> None:
        assert create(nx_survey_storage_gb="１，２００.5")["nx_survey_storage_gb"] == "1200.5"

    @pytest.mark.parametrize("value", ["12GB", "-1", "nan", "约三十"])
    def test_units_and_words_are_refused(self, create: Act, value: str) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            create(nx_survey_open_gb=value)
        assert value in refusal.value.error_dict["nx_survey_open_gb"][0]

    def test_items_have_attributes_of_their_own(self, create: Act) -> None:
        row = {
            "name": "电话",
            "type": "C",
            "share_type": "2",
            "is_open": "0",
            "primary_key": "1",
            "codelist": "GB/T 2260",
        }
        assert create(nx_items=[row])["nx_items"] == [row]

    def test_what_dcat_knows_beyond_the_guide_is_kept(self, create: Act) -> None:
        fields = {
            "version": "2024.1",
            "nx_language": ["zh", "en"],
            "nx_provenance": "据年鉴整理",
            "nx_conforms_to": ["GB/T 2260"],
            "nx_service_objects": ["public"],
            "nx_data_level": "1",
        }
        dataset = create(**fields)
        assert {name: dataset[name] for name in fields} == fields

    def test_an_uploaded_file_is_described(self, create: Act, call: Act) -> None:
        content = "名称,等级\n沙湖,5A\n".encode()
        upload = FileStorage(io.BytesIO(content), "景区.csv")
        file = call("resource_create", package_id=create()["id"], upload=upload, format="CSV", nx_record_count="1")
        assert (file["hash"], file["nx_readability"]) == (hashlib.sha256(content).hexdigest(), "3")
        assert int(file["nx_record_count"]) == 1


@pytest.mark.usefixtures("with_plugins", "clean_db")
class TestTree:
    def test_departments_stand_under_their_parents(self) -> None:
        factories.Organization(name="nx", title="自治区人民政府")
        factories.Organization(name="tjj", title="统计局", nx_parent="nx")
        factories.Organization(name="yc", title="银川市")
        assert [(row["name"], row["depth"]) for row in departments.tree("zh_Hans_CN")] == [
            ("nx", 0),
            ("tjj", 1),
            ("yc", 0),
        ]

    def test_they_stay_there_when_the_parent_gets_another_address(self, call: Act) -> None:
        above = factories.Organization(name="nx", title="自治区人民政府")
        factories.Organization(name="tjj", title="统计局", nx_parent="nx")
        call("organization_patch", id=above["id"], name="ningxia")
        assert [(row["name"], row["depth"]) for row in departments.tree("zh_Hans_CN")] == [("ningxia", 0), ("tjj", 1)]
        assert call("organization_show", id="tjj")["nx_parent"] == "ningxia"

    def test_the_tree_is_public(self, app: Any) -> None:
        factories.Organization(name="nx", title_translated={"zh": "自治区人民政府", "en": "People's Government"})
        (row,) = app.get("/en/api/3/action/nx_department_tree").json["result"]
        assert row == {"name": "nx", "title": "People's Government", "depth": 0}

    def test_no_department_stands_above_itself(self, call: Act) -> None:
        above = factories.Organization(name="nx", title="自治区人民政府")
        factories.Organization(name="tjj", title="统计局", nx_parent="nx")
        with pytest.raises(tk.ValidationError) as refusal:
            call("organization_patch", id=above["id"], nx_parent="tjj")
        assert "nx_parent" in refusal.value.error_dict

    def test_a_parent_exists(self) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            factories.Organization(name="tjj", title="统计局", nx_parent="nowhere")
        assert "nowhere" in refusal.value.error_dict["nx_parent"][0]
