"""Files become DataStore tables: when, how, and what is told when they do not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import helpers

from ckanext.nxopendata.tables import jobs, store
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.loading import files

from .conftest import CSV_TEXT, PRINTED, work

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]


def test_an_uploaded_file_becomes_a_table_with_types_labels_and_chinese_search(
    dataset: dict[str, Any], upload: Call, call: Call
) -> None:
    file = upload(dataset, "景区名录.csv", CSV_TEXT.encode("gb18030"))
    shown = call("nx_table_show", id=file["id"])
    assert (shown["state"], shown["rows"], shown["encoding"]) == ("ready", 6, "GB18030")
    types = {column["label"]: column["type"] for column in shown["columns"]}
    assert types == {
        "景区名称": "text",
        "等级": "text",
        "行政区划代码": "text",
        "地级市": "text",
        "经度": "numeric",
        "纬度": "numeric",
        "门票价格": "int8",
        "评定日期": "date",
    }
    assert call("resource_show", id=file["id"])["datastore_active"] is True
    info = call("datastore_info", id=file["id"])
    assert info["meta"]["count"] == 6
    fields = {field["id"]: field["info"] for field in info["fields"]}
    assert fields["景区名称"] == {
        "label": "景区名称",
        "label_en": "name",
        "notes": "全称",
        "nx_type": "C",
        "item": "景区名称",
    }
    # CKAN's own API finds parts of Chinese words.
    found = helpers.call_action("datastore_search", resource_id=file["id"], q="旅游区")
    assert [record["景区名称"] for record in found["records"]] == ["水洞沟旅游区", "黄沙古渡原生态旅游区"]
    # What the search index may ask for.
    assert call("nx_table_headers", ids=[dataset["id"]]) == {
        dataset["id"]: [
            "景区名称",
            "name",
            "等级",
            "行政区划代码",
            "地级市",
            "经度",
            "纬度",
            "门票价格",
            "ticket",
            "评定日期",
        ]
    }

    # Searching, filtering, sorting.
    def names(**asked: Any) -> list[str]:
        answer = helpers.call_action("nx_table_search", id=file["id"], **asked)
        return [record["景区名称"] for record in answer["records"]]

    assert names(q="银川 岩画") == ["贺兰山岩画风景区"]
    assert names(q="沙") == ["沙湖旅游景区", "沙坡头旅游景区", "黄沙古渡原生态旅游区"]
    is_5a = {"column": "等级", "operator": "is", "value": "5A"}
    dear = {"column": "门票价格", "operator": "ge", "value": "８０"}
    assert names(conditions=[is_5a, dear]) == ["沙坡头旅游景区", "镇北堡西部影视城"]
    assert names(conditions=[{"column": "门票价格", "operator": "empty"}]) == ["黄沙古渡原生态旅游区"]
    assert names(conditions=[{"column": "评定日期", "operator": "le", "value": "2008年12月31日"}], sort="-评定日期")[
        0
    ] == ("贺兰山岩画风景区")
    assert names(sort="景区名称", limit=2) == ["贺兰山岩画风景区", "黄沙古渡原生态旅游区"]  # by pinyin
    for wrong in ({"column": "门票价格", "operator": "is", "value": "贵"}, {"column": 'x"; DROP', "operator": "is"}):
        with pytest.raises(tk.ValidationError):
            names(conditions=[wrong])
    groups = helpers.call_action("nx_table_chart", id=file["id"], by="地级市", value="门票价格", aggregate="max")
    assert groups["groups"] == [["中卫市", 80], ["石嘴山市", 60], ["银川市", 80]]


def test_a_printed_worksheet_keeps_ids_and_sets_titles_totals_and_notes_aside(
    dataset: dict[str, Any], upload: Call, call: Call
) -> None:
    file = upload(dataset, "人口.xlsx", PRINTED)
    shown = call("nx_table_show", id=file["id"])
    assert [column["label"] for column in shown["columns"]] == [
        "地区",
        "常住人口·2010年",
        "常住人口·2020年",
        "证件号码",
    ]
    assert [(row["reason"], row["cells"]) for row in shown["set_aside"]] == [
        ("above", ["宁夏各市常住人口"]),
        ("above", ["单位：人、%"]),
        ("total", ["合\u3000计", "2718570", "3610463"]),
        ("note", ["注：按第七次全国人口普查公报。"]),
    ]
    rows = helpers.call_action("nx_table_search", id=file["id"])
    assert rows["total"] == 2
    assert rows["records"][0]["证件号码"] == "640102199001011234"

    # A second upload takes the place of the first; a file that is no table says why and keeps none.
    def replace(name: str, content: bytes) -> dict[str, Any]:
        import io

        from werkzeug.datastructures import FileStorage

        call("resource_patch", id=file["id"], upload=FileStorage(stream=io.BytesIO(content), filename=name), url=name)
        work()
        return call("nx_table_show", id=file["id"])

    assert replace("人口.csv", "地区,人口\n固原市,1142142\n".encode())["columns"][1]["label"] == "人口"
    assert helpers.call_action("datastore_search", resource_id=file["id"])["records"][0]["地区"] == "固原市"
    broken = replace("人口.xlsx", b"PK\x03\x04 no workbook")
    assert (broken["state"], broken["code"]) == ("failed", "broken")
    assert not store.has_table(file["id"])
    assert call("resource_show", id=file["id"])["datastore_active"] is False


def test_tables_go_with_their_files_and_datasets(dataset: dict[str, Any], upload: Call, call: Call) -> None:
    first = upload(dataset, "一.csv", CSV_TEXT.encode())
    second = upload(dataset, "二.csv", CSV_TEXT.encode("utf-16"))
    assert store.has_table(first["id"]) and store.has_table(second["id"])
    # Nothing changed: nothing is loaded again, whatever else of the dataset is edited.
    call("package_patch", id=dataset["id"], nx_contact_name="王")
    before = states.get_state(second["id"])
    assert before
    changed = before.changed
    work()
    model.Session.expire_all()
    again = states.get_state(second["id"])
    assert again and again.changed == changed
    # An item's English name is in the dictionary at the next load.
    call("resource_delete", id=first["id"])
    work()
    assert not store.has_table(first["id"]) and states.get_state(first["id"]) is None
    call("package_delete", id=dataset["id"])
    work()
    assert not store.has_table(second["id"])
    call("package_patch", id=dataset["id"], state="active")
    work()
    assert store.has_table(second["id"])
    # Withdrawn by its source: the page and the file stay, the table goes.
    package = model.Package.get(dataset["id"])
    assert package
    package.extras = {**package.extras, files.WITHDRAWN: "2026-11-24T00:00:00"}
    model.Session.commit()
    assert jobs.sync([dataset["id"]])["dropped"] == 1
    assert not store.has_table(second["id"])


def test_limits_are_told(
    dataset: dict[str, Any], upload: Call, call: Call, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ckan_config, "ckanext.nxopendata.tables.most_rows", 3)
    file = upload(dataset, "大表.csv", CSV_TEXT.encode())
    shown = call("nx_table_show", id=file["id"])
    assert (shown["state"], shown["code"]) == ("failed", "too_many_rows")
    assert "3" in shown["message"]
    assert json.dumps(shown, ensure_ascii=False)
