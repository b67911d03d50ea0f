"""Nothing becomes public that was not examined, or in which something was found, whatever way it takes."""

import io
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.bulk_write.requests import WriteRequest
from ckanext.nxopendata.bulk_write.writer import BulkWriter
from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.scanning import jobs, verdicts
from tests.safety import files

Act = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

CLEAN = "县区,人口\n兴庆区,808282\n".encode()
PERSONS = f"姓名,身份证号\n张三,{files.ID}\n李四,640104198811110018\n王五,{files.ID}\n".encode()


def read(app: Any, dataset: dict[str, Any], token: str = "") -> int:
    return app.get(dataset["url"], headers={"Authorization": token} if token else {}).status_code


def test_a_clean_file_is_public_at_once_and_one_with_persons_is_for_those_who_edit_it(
    app: Any, create: Act, as_person: Act, place: dict[str, Any]
) -> None:
    assert read(app, create(CLEAN)) == 200
    closed = create(PERSONS)
    assert read(app, closed) == 403
    assert files.ID not in app.get(closed["url"]).body
    assert "身份证" not in app.get(closed["url"]).body
    assert read(app, closed, place["tokens"]["editor"]) == 200
    (shown,) = as_person("editor", "nx_safety_show", id=closed["id"])
    assert (shown["status"], shown["released"]) == ("findings", False)
    assert {"居民身份证号码", "姓名与证件、账户同在一表"} <= {finding["name"] for finding in shown["findings"]}
    as_person("", "nx_safety_show", 403, id=closed["id"])
    listed = as_person("clerk", "nx_safety_list", kind="recall")
    assert [row["id"] for row in listed["results"]] == [closed["file"]]


def test_a_write_that_publishes_persons_is_refused_and_nothing_changes(app: Any, create: Act, call: Act) -> None:
    dataset = create(PERSONS, private=True)
    for action in ("package_patch", "package_revise"):
        data = {"id": dataset["id"], "private": False}
        if action == "package_revise":
            data = {"match": {"id": dataset["id"]}, "update": {"private": False}}
        with pytest.raises(tk.ValidationError) as refused:
            call(action, **data)
        assert "名单" in str(refused.value.error_dict["resources"]), refused.value.error_dict
        assert call("package_show", id=dataset["id"])["private"] is True
    package = model.Package.get(dataset["id"])
    assert package is not None
    with pytest.raises(tk.ValidationError):
        call("bulk_update_public", org_id=package.owner_org, datasets=[dataset["id"]])
    assert call("package_show", id=dataset["id"])["private"] is True
    assert read(app, dataset) == 404


def test_no_way_opens_what_was_not_released(app: Any, create: Act, call: Act) -> None:
    dataset = create(PERSONS, private=True)
    site_user = call("get_site_user")["name"]
    writer = BulkWriter(site_user)
    (written,) = writer.write([WriteRequest(lambda current: {**(current or {}), "private": False}, dataset["id"])])
    model.Session.commit()
    assert written.state == "written"
    assert read(app, dataset) == 403, "bulk writer"
    model.Session.execute(sa.update(model.Package).where(model.Package.id == dataset["id"]).values(private=False))
    model.Session.commit()
    assert read(app, dataset) == 403, "written past CKAN"
    public = create(CLEAN)
    assert read(app, public) == 200
    file = FileStorage(stream=io.BytesIO(PERSONS), filename="a.csv")
    call("resource_patch", id=public["file"], upload=file, url="a.csv")
    assert read(app, public) == 403, "a new content of a public file"
    mirrored = create(CLEAN)
    assert read(app, mirrored) == 200
    path = find_path(call("resource_show", id=mirrored["file"]))
    assert path is not None
    path.write_bytes(PERSONS)
    assert read(app, mirrored) == 403, "a content that came past CKAN, as a mirror's"
    zipped = create(files.packed(**{"a.xlsx": files.workbook(files._sheet("veryHidden"))}), "a.zip")
    assert read(app, zipped) == 403, "in a hidden sheet in an archive"
    assert read(app, create(files.encrypted_zip(), "a.zip")) == 403, "what cannot be read"


def test_rows_that_are_written_to_the_datastore_are_examined_before_anybody_reads_them(
    create: Act, call: Act, as_person: Act
) -> None:
    dataset = create(CLEAN)
    link = call(
        "resource_create", package_id=dataset["id"], name="接口", url="https://example.org/a.json", format="json"
    )
    rows = [{"姓名": "张三", "身份证号": files.ID}]
    call("datastore_create", resource_id=link["id"], records=[{"县区": "兴庆区"}], force=True)
    assert as_person("", "datastore_search", resource_id=link["id"])["total"] == 1
    call(
        "datastore_create",
        resource_id=link["id"],
        fields=[{"id": n, "type": "text"} for n in ("县区", "姓名", "身份证号")],
        force=True,
    )
    call("datastore_upsert", resource_id=link["id"], records=rows, method="insert", force=True)
    as_person("", "datastore_search", 403, resource_id=link["id"])
    models.write_content(link["id"], models.ROWS, dataset["id"], sha256="", attempts=1)  # as a killed worker leaves it
    assert jobs.list_unexamined_rows(10) == [link["id"]]
    jobs.sweep()
    assert jobs.list_unexamined_rows(10) == []
    as_person("", "datastore_search", 403, resource_id=link["id"])


def test_the_review_names_the_file_and_lets_it_pass_when_two_persons_signed(
    app: Any, create: Act, call: Act, as_person: Act
) -> None:
    dataset = create(PERSONS, private=True)
    as_person("editor", "nx_review_submit", 409, id=dataset["id"])
    proposal = {"id": dataset["file"], "kind": "synthetic", "reason": "虚构的样例", "article": "演示"}
    signoff = as_person("editor", "nx_safety_signoff_create", **proposal)
    assert signoff["level"] == 4
    as_person("clerk", "nx_safety_signoff_decide", 403, id=signoff["id"], approve=True)
    own = as_person("officer", "nx_safety_signoff_create", **proposal)
    as_person("officer", "nx_safety_signoff_decide", 409, id=own["id"], approve=True)
    as_person("officer", "nx_safety_signoff_decide", id=signoff["id"], approve=True)
    call("package_patch", id=dataset["id"], private=False)
    assert read(app, dataset) == 200
    as_person("officer", "nx_safety_recall_create", id=dataset["id"], reason="核查")
    assert read(app, dataset) == 403
    as_person("editor", "nx_safety_recall_lift", 403, id=dataset["id"], reason="x")
    as_person("officer", "nx_safety_recall_lift", id=dataset["id"], reason="无误")
    assert read(app, dataset) == 200
    file = FileStorage(stream=io.BytesIO(PERSONS + b"x,y\n"), filename="a.csv")
    call("resource_patch", id=dataset["file"], upload=file, url="a.csv")
    assert read(app, dataset) == 403, "a sign-off is about one content"
    exported = as_person("officer", "nx_safety_signoff_list", owner_org="wlt")
    assert [(row["state"], row["approver"]) for row in exported] == [("approved", "officer-person"), ("proposed", "")]
    actions = [event["action"] for event in as_person("officer", "nx_safety_event_list")]
    assert actions[:3] == ["recall_lifted", "recalled", "signoff_approved"]


def test_a_file_waits_closed_until_a_worker_examined_it_whatever_happens_to_queue_and_worker(
    app: Any, create: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts._File, "at_once", 0)
    dataset = create(CLEAN)
    assert read(app, dataset) == 403
    assert jobs.list_unexamined(10) == [dataset["file"]], "found without the queue"
    process = os.fork()
    if not process:  # a worker that is killed in the middle
        models.engine().dispose(close=False)
        models.write_content(dataset["file"], models.FILE, dataset["id"], sha256="", attempts=1)
        os.kill(os.getpid(), 9)
    os.waitpid(process, 0)
    assert read(app, dataset) == 403
    assert jobs.sweep() == 1
    assert read(app, dataset) == 200
    assert jobs.sweep() == 0, "what did not change is not examined again"


def test_nothing_of_a_person_is_kept_or_logged(create: Act, app: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert read(app, create(PERSONS)) == 403
    rows = [
        dict(row._mapping) for table in models.metadata.sorted_tables for row in model.Session.execute(sa.select(table))
    ]
    assert any("findings" in json.dumps(row, default=str) for row in rows)
    for text in (json.dumps(rows, default=str, ensure_ascii=False), caplog.text):
        assert files.ID not in text
        assert "640104198811110018" not in text


def test_the_command_line_examines_a_file(cli: Any, tmp_path: Path) -> None:
    for content, status in ((CLEAN, 0), (PERSONS, 1), (files.encrypted_zip(), 3)):
        path = tmp_path / "a"
        path.write_bytes(content)
        done = cli.invoke(ckan, ["nx", "safety", "scan", str(path), "--json"])
        assert done.exit_code == status, done.output
        assert files.ID not in done.output
    assert cli.invoke(ckan, ["nx", "safety", "rules", "check"]).exit_code == 0
    broken = tmp_path / "broken.yaml"
    broken.write_text("rules:\n  - id: 1\n", encoding="utf-8")
    done = cli.invoke(ckan, ["nx", "safety", "rules", "check", str(broken)])
    assert done.exit_code == 1
    assert "broken.yaml:2" in done.output


def test_the_pages_say_what_to_do_and_the_public_page_says_one_line(
    app: Any, create: Act, as_person: Act, place: dict[str, Any]
) -> None:
    closed, open_ = create(PERSONS), create(CLEAN)
    head = {"Authorization": place["tokens"]["editor"]}
    assert app.get("/safety").status_code == 403
    board = app.get("/safety?kind=findings", headers=head).body
    assert f"/dataset/{closed['id']}"[:9] in board
    page = app.get(f"/dataset/{closed['id']}/safety", headers=head).body
    assert "居民身份证号码" in page
    assert "删去这一列" in page
    assert files.ID not in page
    form = {"step": "propose", "id": closed["file"], "kind": "synthetic", "reason": "虚构", "article": "演示"}
    assert app.post(f"/dataset/{closed['id']}/safety", data=form, headers=head).status_code == 200
    assert as_person("officer", "nx_safety_list", kind="proposed")["count"] == 1
    assert read(app, open_) == 200
    public = app.get(f"/dataset/{open_['id']}").body
    line = public.partition("发布前已检查")[2].partition("</small>")[0]
    # The rules are named by the day since which there are such, not by the mark of their text.
    assert f"依据 {today().isoformat()} 的规则" in line and in_force.rules().version not in public
    assert "发布前已检查" not in app.get(f"/dataset/{closed['id']}").body


def test_the_office_edits_the_rules_of_the_province_and_a_broken_file_changes_nothing(
    app: Any, create: Act, as_person: Act, place: dict[str, Any]
) -> None:
    good = """rules:
  - id: 10001
    name: {zh: 林权证号, en: Forest certificates}
    level: 2
    class: 个人信息/财产
    find: {pattern: "林证字[0-9]{8}"}
    action: sign
    basis: 个人信息保护法 第四条
    examples: {found: [{text: 林证字20260001}], not_found: [{text: 林证字}]}
"""
    certificate = create("编号\n林证字20260001\n".encode())
    assert read(app, certificate) == 200
    as_person("editor", "nx_safety_rules_update", 403, name="林业.yaml", text=good)
    try:
        version = as_person("clerk", "nx_safety_rules_update", name="林业.yaml", text=good)["version"]
        jobs.sweep()
        assert read(app, certificate) == 403
        head = {"Authorization": place["tokens"]["clerk"]}
        wrong = {"name": "林业.yaml", "text": good.replace("level: 2", "level: 9")}
        page = app.post("/safety/rules", data=wrong, headers=head).body
        assert "第 2 行" in page
        assert "level: 9" in page, "what was written is still in the form"
        unfit = good.replace("[{text: 林证字}]", "[{text: 林证字20260002}]")
        refused = as_person("clerk", "nx_safety_rules_update", 409, name="林业.yaml", text=unfit)
        assert "10001" in str(refused["text"])
        shown = as_person("clerk", "nx_safety_rules_show")
        assert (shown["version"], shown["rules"][-1]["id"]) == (version, 10001)
    finally:
        as_person("clerk", "nx_safety_rules_update", name="林业.yaml", text="")
    jobs.sweep()
    assert read(app, certificate) == 200
