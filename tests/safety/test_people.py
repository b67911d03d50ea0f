"""Tables that name people without naming them are held back; a treated file takes the place of the original."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import notices
from ckanext.nxopendata.safety.treatment import scheduled_tasks
from tests.safety import files
from tests.safety.test_gate import read
from tests.safety.test_texts_and_ends import list_topics

Act = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

ILLNESSES = ("高血压", "糖尿病")
COUNTIES = ("中宁县", "海原县")


def patients(number: int) -> bytes:
    """Patients of two counties whose birthdays are all different, of two years, two sexes and two illnesses."""
    rows = ["姓名,身份证号,出生日期,性别,县区,诊断"]
    for place in range(number):
        born = f"19{60 + place % 2 * 10}-{place % 12 + 1:02}-{place % 27 + 1:02}"
        of_place = (born, "男女"[place // 2 % 2], COUNTIES[place // 4 % 2], ILLNESSES[place // 8 % 2])
        rows.append(",".join((f"张{'一二三四五'[place % 5]}", files.ID, *of_place)))
    return "\n".join(rows).encode()


UNNAMED = "\n".join(line.split(",", 2)[2] for line in patients(160).decode().splitlines()).encode()

RECIPE = {
    "steps": [
        {"column": "姓名", "kind": "drop"},
        {"column": "身份证号", "kind": "pseudonym"},
        {"column": "出生日期", "kind": "year"},
    ],
    "quasi": ["出生日期", "性别", "县区"],
    "sensitive": ["诊断"],
    "least": 10,
}


def update(call: Act, file: str, content: bytes) -> None:
    call("resource_patch", id=file, upload=FileStorage(stream=io.BytesIO(content), filename="a.csv"), url="a.csv")


def test_a_table_in_which_people_are_alone_is_closed_until_somebody_signs_it_off(
    app: Any, create: Act, as_person: Act, call: Act
) -> None:
    dataset = create(UNNAMED)
    assert read(app, dataset) == 403
    (shown,) = as_person("editor", "nx_safety_show", id=dataset["id"])
    privacy = shown["privacy"]
    (table,) = privacy["tables"]
    assert (shown["status"], shown["level"], privacy["threshold"]) == ("findings", 3, 10)
    assert (table["quasi"], table["sensitive"]) == (["出生日期", "性别", "县区"], ["诊断"])
    assert (privacy["k"], table["alone"]) == (1, 160)
    assert table["estimate"]["people"] == 333518, "the least county of the table"
    assert [row["id"] for row in as_person("clerk", "nx_safety_list", kind="recall")["results"]] == [dataset["file"]]
    with pytest.raises(tk.ValidationError) as refused:
        call("package_patch", id=create(UNNAMED, private=True)["id"], private=False)
    assert "10" in str(refused.value.error_dict["resources"])
    why = {"kind": "consent", "reason": "本人同意", "article": "个人信息保护法第二十五条"}
    signoff = as_person("editor", "nx_safety_signoff_create", id=dataset["file"], **why)
    as_person("officer", "nx_safety_signoff_decide", id=signoff["id"], approve=True)
    assert read(app, dataset) == 200


def test_the_threshold_goes_with_the_kind_of_opening_and_the_choice_of_columns_makes_it_stricter(
    app: Any, create: Act, as_person: Act
) -> None:
    rows = [f"{1960 + n // 7 % 2},{'男女'[n // 7 // 2]},{'甲乙丙丁戊己庚'[n % 7]}" for n in range(28)]
    content = "\n".join(["出生年份,性别,车间", *rows]).encode()
    assert read(app, create(content)) == 403, "7 are alike, 10 must be"
    conditional = create(content, nx_open_condition="实名申请", license_id="nx-conditional-1.0")
    (shown,) = as_person("editor", "nx_safety_show", id=conditional["id"])
    assert (shown["privacy"]["k"], shown["privacy"]["threshold"], shown["released"]) == (7, 5, True)
    as_person("editor", "nx_safety_privacy_update", id=conditional["file"], quasi=["车间"], sensitive=[])
    (shown,) = as_person("editor", "nx_safety_show", id=conditional["id"])
    assert (shown["privacy"]["k"], shown["released"]) == (1, False)


def test_small_cells_and_what_totals_give_back_are_found(app: Any, create: Act, as_person: Act) -> None:
    table = "县区,疾病,病例数,合计\n{},艾滋病,{},12\n海原县,艾滋病,{},9\n"
    small, hidden = (create(table.format("中宁县", *cells).encode()) for cells in ((2, 12), ("*", 9)))
    plain = create("县区,景区数量\n中宁县,2\n海原县,3\n".encode())
    found = [as_person("editor", "nx_safety_show", id=one["id"])[0]["privacy"] for one in (small, hidden, plain)]
    assert [one["k"] for one in found] == [2, 1, None]
    assert [one["tables"][0]["given_back"] for one in found[:2]] == [0, 1]
    assert [read(app, one) for one in (small, hidden, plain)] == [403, 403, 200]


def test_a_table_is_judged_together_with_published_ones_that_number_the_same_people(
    app: Any, create: Act, as_person: Act
) -> None:
    first = create("\n".join(["案号,性别,补助", *(f"N{n},{'男女'[n % 2]},{n % 3}" for n in range(40))]).encode())
    assert read(app, first) == 200
    second = create("\n".join(["案号,年龄,村", *(f"N{n},{30 + n // 2},甲村" for n in range(40))]).encode())
    assert read(app, second) == 403
    (shown,) = as_person("editor", "nx_safety_show", id=second["id"])
    (pair,) = shown["privacy"]["linked"]
    assert (pair["key"], pair["common"], pair["k"], pair["alone"]) == ("案号", 40, 1, 40)
    assert pair["resource"] == first["file"]


def test_a_treated_file_is_public_in_place_of_the_original_and_made_again_of_the_next_content(
    app: Any, create: Act, as_person: Act, call: Act, place: dict[str, Any]
) -> None:
    dataset = create(patients(160), private=True)
    proposed = as_person("editor", "nx_safety_treatment_show", id=dataset["file"])
    assert {step["column"]: step["kind"] for step in proposed["recipe"]["steps"]}["出生日期"] == "year"
    assert proposed["recipe"]["least"] == 10
    kept = RECIPE | {"steps": [step for step in RECIPE["steps"] if step["column"] != "身份证号"]}
    bad = as_person("editor", "nx_safety_treatment_preview", id=dataset["file"], **kept)
    assert "居民身份证号码" in "".join(bad["objections"])
    as_person("editor", "nx_safety_treatment_create", 409, id=dataset["file"], **kept)
    as_person("", "nx_safety_treatment_preview", 403, id=dataset["file"], **RECIPE)
    tried = as_person("editor", "nx_safety_treatment_preview", id=dataset["file"], **RECIPE)
    assert (tried["before"]["k"], tried["after"]["k"], tried["after"]["l"]) == (1, 20, {"诊断": 2})
    assert (tried["rows"], tried["suppressed"], tried["objections"]) == (160, 0, [])
    assert tried["beginning"][0] == ["身份证号", "出生日期", "性别", "县区", "诊断"]
    made = as_person("editor", "nx_safety_treatment_create", id=dataset["file"], name="名单（已处理）", **RECIPE)
    call("package_patch", id=dataset["id"], private=False)
    target = dataset | {"url": f"/dataset/{dataset['id']}/resource/{made['target']}/download/x"}
    assert (read(app, dataset), read(app, target)) == (403, 200)
    assert files.ID not in app.get(target["url"]).body
    body = app.get(target["url"]).body
    assert body.splitlines()[1].split(",")[1:] == ["1960", "男", "中宁县", "高血压"]

    odd = patients(160) + f"\n李六,{files.ID},1931-01-01,男,海原县,高血压".encode()
    update(call, dataset["file"], odd)
    assert scheduled_tasks.follow_recipes()["treated"] == 1
    assert scheduled_tasks.follow_recipes()["treated"] == 0
    row = model.Session.get_one(models.Treatment, dataset["file"], populate_existing=True)
    assert (row.outcome["rows"], row.outcome["suppressed"], row.target_id) == (161, 1, made["target"])
    assert app.get(target["url"]).body == body, "the same people have the same pseudonyms"

    update(call, dataset["file"], "姓名,身份证号\n张三,x\n".encode())
    assert scheduled_tasks.follow_recipes()["treated"] == 0
    assert notices.NOT_TREATED in list_topics("editor-person")
    assert app.get(target["url"]).body == body, "what was public stays as it was"
    actions = [event["action"] for event in as_person("officer", "nx_safety_event_list")]
    assert actions.count("treated") == 2


def test_a_second_treatment_does_not_stand_beside_one_that_waits_for_its_release(create: Act, as_person: Act) -> None:
    dataset = create(patients(160))
    made = as_person("editor", "nx_safety_treatment_create", id=dataset["file"], **RECIPE)
    assert model.Session.get(model.Resource, made["target"]) is None, "it waits for review"
    told = as_person("editor", "nx_safety_treatment_create", 409, id=dataset["file"], **RECIPE)
    assert "上次处理的文件还在等待发布" in "".join(told["id"])
    (change,) = as_person("editor", "nx_review_list")["results"]
    content = as_person("editor", "nx_review_show", id=change["id"])["content"]
    assert len(content["resources"]) == 2


def test_the_page_tries_a_recipe_and_carries_it_out(app: Any, create: Act, place: dict[str, Any]) -> None:
    dataset = create(patients(160), private=True)
    head = {"Authorization": place["tokens"]["editor"]}
    address = f"/dataset/{dataset['id']}/safety/{dataset['file']}"
    assert app.get(address).status_code == 403
    page = app.get(f"/dataset/{dataset['id']}/safety", headers=head).body
    assert address.rpartition("/")[2] in page
    columns = ["姓名", "身份证号", "出生日期", "性别", "县区", "诊断"]
    assert all(column in app.get(address, headers=head).body for column in columns)
    form: dict[str, Any] = {"column": columns, "kind-0": "drop", "kind-1": "drop", "kind-2": "year", "least": "10"}
    form |= {"quasi-2": "1", "quasi-3": "1", "quasi-4": "1", "sensitive-5": "1"}
    tried = app.post(address, data=form | {"step": "preview"}, headers=head).body
    assert files.ID not in tried
    assert "1960" in tried
    done = app.post(address, data=form | {"step": "create"}, headers=head)
    assert "已处理" in done.body


def test_the_office_follows_the_board_to_files_that_are_not_public_yet(
    app: Any, create: Act, place: dict[str, Any]
) -> None:
    dataset = create(patients(20), private=True)
    app.get(f"/dataset/{dataset['id']}/safety", headers={"Authorization": place["tokens"]["editor"]})
    head = {"Authorization": place["tokens"]["officer"]}
    assert f"/dataset/{dataset['name']}/safety" in app.get("/safety", headers=head).body
    page = app.get(f"/dataset/{dataset['name']}/safety", headers=head)
    assert page.status_code == 200 and "居民身份证号码" in page.body and files.ID not in page.body
    other = {"Authorization": factories.APIToken(user=factories.User()["name"])["token"]}
    assert app.get(f"/dataset/{dataset['name']}/safety", headers=other).status_code in (403, 404)


def test_the_scan_suggests_a_grade_with_its_reasons(create: Act, as_person: Act) -> None:
    dataset = create(patients(20), private=True)
    as_person("editor", "nx_safety_show", id=dataset["id"])
    grade = as_person("editor", "nx_safety_grade_show", id=dataset["id"])
    assert (grade["level"], grade["general_level"], grade["class"]) == ("1", "4", "个人信息/可识别的个人")
    assert any("居民身份证号码" in reason for reason in grade["reasons"])
    as_person("", "nx_safety_grade_show", 403, id=dataset["id"])


def test_the_demonstration_shows_a_block_and_a_sign_off(app: Any, call: Act) -> None:
    from local import seed_safety

    users = [{"name": factories.User(name=name)["name"], "capacity": "admin"} for name in ("wlt", "office")]
    call("organization_create", name=seed_safety.OWNER, title_translated={"zh": "文旅厅"}, users=users[:1])
    seed_safety.load(call)
    seed_safety.load(call)
    shown = {name: call("nx_safety_show", id=name)[0] for name in (seed_safety.BLOCKED, seed_safety.SIGNED)}
    assert [(file["status"], file["released"]) for file in shown.values()] == [("findings", False), ("findings", True)]
    assert app.get(f"/dataset/{seed_safety.SIGNED}").status_code == 404
