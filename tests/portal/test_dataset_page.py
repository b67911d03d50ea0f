"""What stands beside a dataset: freshness, versions, relatives, use, feedback."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.tests import factories
from lxml import html

from ckanext.nxopendata.portal.feedback import feedback_store
from ckanext.nxopendata.portal.models import Feedback

Act = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "nothing_kept")


def section(page: Any, name: str) -> str:
    return " ".join(page.xpath(f"string(//section[@aria-labelledby='{name}'])").split())


def test_versions_relatives_and_freshness(app: Any, create: Act, call: Act) -> None:
    dataset = create(nx_update_cycle="2", private=True)
    call("package_patch", id=dataset["id"], nx_contact_name="还没有公开的名字")
    call("package_patch", id=dataset["id"], private=False)
    call("package_patch", id=dataset["id"], nx_update_cycle="6", nx_contact_name="张三")
    near = create(title_translated={"zh": "宁夏4A级旅游景区名录"})
    create(title_translated={"zh": "不公开的景区"}, private=True)
    create(title_translated={"zh": "粮食产量"}, tags=[{"name": "粮食"}], nx_theme=["11"], nx_items=[])
    page = html.fromstring(app.get(f"/dataset/{dataset['name']}").body)
    assert "每年" in section(page, "nx-history")
    assert "张三" in section(page, "nx-history")
    related = page.xpath("//section[@aria-labelledby='nx-related']//a/@href")
    assert related == [f"/dataset/{near['name']}"]
    assert "应于" in page.xpath("string(//p[@class='nx-badges'])")
    history = html.fromstring(app.get(f"/dataset/{dataset['name']}/history").body)
    cells = [
        cell.strip() for cell in history.xpath("//table[contains(@class, 'nx-changes')]//td//text()") if cell.strip()
    ]
    assert cells == ["每日", "每年", "还没有公开的名字", "张三"]
    versions = call("nx_dataset_versions", id=dataset["id"])
    assert [one["kind"] for one in versions["results"]] == ["changed", "new"]


def test_what_was_written_before_publication_stays_unseen(app: Any, create: Act, call: Act) -> None:
    dataset = create(private=True, notes_translated={"zh": "内部草稿"})
    call("package_patch", id=dataset["id"], private=False, notes_translated={"zh": "公开的摘要"})
    assert "内部草稿" not in app.get(f"/dataset/{dataset['name']}/history").body
    hidden = create(title_translated={"zh": "不公开"}, private=True)
    for path in (f"/dataset/{hidden['name']}/history", f"/dataset/{hidden['name']}/feedback"):
        assert app.get(path, status=404).status_code == 404
    assert app.get(f"/api/3/action/nx_dataset_use?id={hidden['id']}", status=404).status_code == 404


def test_feedback_waits_is_answered_in_public_and_forgets_the_address(
    app: Any, create: Act, call: Act, departments: dict, mail_server: Any
) -> None:
    editor, stranger = factories.UserWithToken(), factories.UserWithToken()
    call("organization_member_create", id="wlt", username=editor["name"], role="editor")
    dataset = create()
    path = f"/dataset/{dataset['name']}/feedback"
    form = {"kind": "error", "text": "沙湖的等级写错了<script>", "name": "王女士", "email": "wang@example.org"}

    assert "邮" in app.post(path, data=form | {"email": "not an address"}).body
    app.post(path, data=form | {"website": "http://spam.example"}, follow_redirects=False)
    assert model.Session.query(Feedback).count() == 0
    assert app.post(path, data=form, follow_redirects=False).status_code == 302
    assert "写错了" not in app.get(f"/dataset/{dataset['name']}").body
    row = model.Session.query(Feedback).one()
    feedback_store.tell_department(row.id)
    assert [one[2] for one in mail_server.get_smtp_messages()] == [["wlt@nx.example"]]

    def decide(token: str) -> int:
        data = {"state": "public", "answer": "已更正，谢谢。"}
        answer = app.post(f"/feedback/{row.id}", headers={"Authorization": token}, data=data, follow_redirects=False)
        return answer.status_code

    waiting = app.get("/feedback", headers={"Authorization": editor["token"]}).body
    assert "沙湖的等级写错了&lt;script&gt;" in waiting
    assert "写错了" not in app.get("/feedback", headers={"Authorization": stranger["token"]}).body
    assert decide(stranger["token"]) == 403
    assert decide(editor["token"]) == 302
    shown = app.get(f"/dataset/{dataset['name']}").body
    assert "王女士" in shown
    assert "已更正，谢谢。" in shown
    assert "wang@example.org" not in shown
    model.Session.expire_all()
    assert model.Session.query(Feedback).one().email == ""
    feedback_store.send_answer(row.id, "wang@example.org")
    assert mail_server.get_smtp_messages()[-1][2] == ["wang@example.org"]

    for _ in range(4):
        app.post(path, data=form, follow_redirects=False)
    assert "分钟后再试" in app.post(path, data=form).body


def test_search_engines_read_the_dataset_and_no_title_ends_its_script(app: Any, create: Act) -> None:
    dataset = create(
        title_translated={"zh": "景区</script><script>alert(1)</script>", "en": "Scenic areas"},
        nx_temporal_start="2021-01-01",
        nx_items=[{"name": "景区名称", "name_en": "name", "type": "C", "length": "50"}],
        resources=[{"name": "名录", "url": "https://wlt.example/a.csv", "format": "CSV"}],
    )
    page = html.fromstring(app.get(f"/dataset/{dataset['name']}").body)
    documents = [json.loads(text) for text in page.xpath("//script[@type='application/ld+json']/text()")]
    found = next(one for one in documents if one["@type"] == "Dataset")
    assert found["name"] == "景区</script><script>alert(1)</script>"
    assert found["alternateName"] == ["Scenic areas"]
    assert found["temporalCoverage"] == "2021-01-01/.."
    assert found["variableMeasured"] == [{"@type": "PropertyValue", "name": "景区名称", "alternateName": "name"}]
    assert found["distribution"][0]["contentUrl"] == "https://wlt.example/a.csv"
    assert found["url"].endswith(f"/dataset/{dataset['name']}")
    assert not page.xpath("//script[contains(., 'alert(1)') and not(@type)]")


def test_an_id_leads_to_the_name_and_what_is_not_there_is_not_found(app: Any, create: Act) -> None:
    dataset, hidden = create(), create(title_translated={"zh": "不公开的景区"}, private=True)
    moved = app.get(f"/dataset/{dataset['id']}", follow_redirects=False)
    assert moved.status_code == 302 and moved.location.endswith(f"/dataset/{dataset['name']}")
    for name in ("no-such-dataset", hidden["name"]):
        assert app.get(f"/dataset/{name}", status=404).status_code == 404
    with app.flask_app.test_client() as reader:
        assert reader.get("/dataset/no-such-dataset").status_code == 404
        assert "未找到该数据集" not in reader.get("/dataset/").get_data(as_text=True)


def test_a_page_behind_the_last_leads_to_the_last(app: Any, create: Act) -> None:
    create()
    moved = app.get("/en/dataset/?q=景区&page=7", follow_redirects=False)
    assert moved.status_code == 302
    assert moved.location.endswith("/en/dataset/?q=%E6%99%AF%E5%8C%BA&page=1")


@pytest.mark.parametrize("field", ["id", "text", "name", "email"])
@pytest.mark.parametrize("value", ["a\0b", "\ud800", ["a"], {"a": 1}])
def test_feedback_that_cannot_be_stored_is_refused_at_its_field(
    app: Any, create: Callable[..., Any], field: str, value: Any
) -> None:
    body = {"id": create()["name"], "kind": "error", "text": "错了", field: value}
    answer = app.post("/api/3/action/nx_feedback_create", data=json.dumps(body), content_type="application/json")
    assert (answer.status_code, set(answer.json["error"])) == (409, {"__type", field})
