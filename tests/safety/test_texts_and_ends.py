"""Texts that become public are read too; people are told what is held back and which sign-offs end."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.nxopendata.bulk_write.requests import WriteRequest
from ckanext.nxopendata.bulk_write.writer import BulkWriter
from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.notifications.inbox import list_notices
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.portal.models import Use
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.scanning import notices, scheduled_tasks, verdicts
from ckanext.nxopendata.safety.scanning.jobs import describe, list_unexamined
from tests.datasets import COMPLETE
from tests.safety import files
from tests.safety.test_gate import read

Act = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PERSONS = f"姓名,身份证号\n张三,{files.ID}\n李四,640104198811110018\n".encode()


def list_topics(name: str) -> list[str]:
    person = model.User.get(name)
    assert person is not None
    return [notice.topic for notice in list_notices(person.id)]


def test_a_dataset_that_names_a_person_in_its_summary_is_refused_by_every_way(
    call: Act,
    place: dict[str, Any],
) -> None:
    text = {"zh": f"联系人证件号{files.ID}"}
    values = COMPLETE | {"owner_org": place["owner"], "license_id": "nx-open-1.0", "notes_translated": text}
    with pytest.raises(tk.ValidationError) as problem:
        call("package_create", **values)
    assert "notes_translated" in problem.value.error_dict
    assert files.ID not in str(problem.value.error_dict)
    named = {**values, "title_translated": {"zh": "另一名录"}}
    good = named | {"notes_translated": {"zh": "办公电话13895001234"}, "title_translated": {"zh": "又一名录"}}
    writer = BulkWriter(factories.Sysadmin()["name"])
    refused, written = writer.write([WriteRequest(lambda current: named), WriteRequest(lambda current: good)])
    assert (refused.state, written.state) == ("refused", "written"), (refused, written)


@pytest.mark.parametrize("field", ["name", "description"])
def test_a_file_whose_name_or_description_names_a_person_is_refused(
    call: Act, place: dict[str, Any], field: str
) -> None:
    values = COMPLETE | {"owner_org": place["owner"], "license_id": "nx-open-1.0"}
    file = {"name": "名册", "url": "https://example.org/a.csv", "format": "CSV"}
    with pytest.raises(tk.ValidationError) as problem:
        call("package_create", **values, resources=[file, file | {field: f"张三 {files.ID}"}])
    told: Any = problem.value.error_dict["resources"]
    assert [[*found] for found in told] == [[], [field]]
    assert files.ID not in str(problem.value.error_dict)
    dataset = call("package_create", **values, resources=[file | {field: "办公电话13895001234"}])
    with pytest.raises(tk.ValidationError):
        call("resource_create", package_id=dataset["id"], **file | {field: files.ID})


def test_an_answer_that_gives_a_telephone_number_away_is_not_published(call: Act, create: Act) -> None:
    dataset = create("县区,人口\n兴庆区,1\n".encode())
    row = call("nx_feedback_create", id=dataset["id"], kind="question", text="请回电13895001234")
    with pytest.raises(tk.ValidationError):
        call("nx_feedback_decide", id=row["id"], state="public", answer="见附件")
    assert call("nx_feedback_decide", id=row["id"], state="refused")["state"] == "refused"


def test_a_department_is_told_once_that_a_public_file_is_held_back(
    create: Act,
    as_person: Act,
) -> None:
    dataset = create(PERSONS)
    as_person("editor", "nx_safety_show", id=dataset["id"])
    assert scheduled_tasks.sweep()["told"] == 1
    assert scheduled_tasks.sweep()["told"] == 0
    assert list_topics("head-person") == [notices.HELD]


@pytest.mark.parametrize(("days", "told"), [(200, []), (20, [notices.ENDS]), (-1, [notices.ENDED])])
def test_people_are_told_that_a_sign_off_ends_and_the_file_closes_with_it(
    app: Any,
    create: Act,
    as_person: Act,
    days: int,
    told: list[str],
) -> None:
    dataset = create(PERSONS)
    proposal = {"kind": "synthetic", "reason": "测试", "article": "无"}
    row = as_person("editor", "nx_safety_signoff_create", id=dataset["file"], **proposal)
    as_person("officer", "nx_safety_signoff_decide", id=row["id"], approve=True)
    model.Session.get_one(models.Signoff, row["id"]).until = today() + dt.timedelta(days=days)
    model.Session.commit()
    assert scheduled_tasks.remind() == len(told)
    assert scheduled_tasks.remind() == 0
    assert list_topics("editor-person") == told
    listed = as_person("clerk", "nx_safety_list", kind="expiring")
    assert listed["count"] == (days == 20)
    assert read(app, dataset) == (200 if days > 0 else 403)


def test_the_command_line_examines_a_dataset_and_what_new_rules_ask_for(
    cli: Any,
    create: Act,
) -> None:
    dataset = create(PERSONS)
    found = cli.invoke(ckan, ["nx", "safety", "scan", dataset["id"]])
    assert (found.exit_code, "身份证" in found.output) == (1, True)
    assert cli.invoke(ckan, ["nx", "safety", "scan", "no-such-thing"]).exit_code == 2
    with models.engine().begin() as connection:
        connection.execute(sa.delete(models.Verdict).where(models.Verdict.version != in_force.rules().version))
        connection.execute(sa.update(models.Verdict).values(version="old"))
    again = cli.invoke(ckan, ["nx", "safety", "rescan"])
    assert again.exit_code == 0, again.output
    resource = model.Session.get_one(model.Resource, dataset["file"])
    assert verdicts.find_standing(describe(resource), examine=False).status == "findings"


def test_the_files_in_use_are_examined_first_when_the_rules_changed(create: Act) -> None:
    used, newer = create("县区,人口\n兴庆区,1\n".encode()), create("县区,人口\n兴庆区,2\n".encode())
    assert list_unexamined(9) == [newer["file"], used["file"]]
    model.Session.add(Use(day=today(), kind="download", object=used["id"], count=3))
    model.Session.commit()
    caching.invalidate()
    assert list_unexamined(9) == [used["file"], newer["file"]]


def test_the_sweep_sees_what_was_written_past_the_actions(create: Act) -> None:
    dataset = create("县区,人口\n兴庆区,1\n".encode())
    scheduled_tasks.sweep()
    assert scheduled_tasks.sweep() == {"examined": 0, "told": 0}
    path = find_path(describe(model.Session.get_one(model.Resource, dataset["file"])))
    assert path is not None
    path.write_bytes(PERSONS)
    assert scheduled_tasks.sweep() == {"examined": 1, "told": 1}
    assert scheduled_tasks.sweep() == {"examined": 0, "told": 0}


class Daemon(socketserver.StreamRequestHandler):
    """Speaks INSTREAM as clamd does; the EICAR test text is malware."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0")


@contextlib.contextmanager
def serve_protocol(folder: Path) -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextlib.contextmanager
def serve_debian(folder: Path) -> Iterator[str]:
    """Debian's daemon, with one signature of our own: its own ones are 200 MB."""
    clamd = shutil.which("clamd") or pytest.skip("clamav-daemon is not installed")
    text = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE".hex()
    (folder / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{text}\n")
    socket = folder / "clamd.socket"
    settings = folder / "clamd.conf"
    settings.write_text(f"DatabaseDirectory {folder}\nLocalSocket {socket}\nForeground yes\n")
    daemon = subprocess.Popen([clamd, "-c", str(settings)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if socket.exists():
                break
            time.sleep(0.1)
        yield str(socket)
    finally:
        daemon.terminate()
        daemon.wait()


@pytest.mark.parametrize("serve", [serve_protocol, serve_debian])
def test_files_pass_the_malware_daemon_and_wait_while_it_is_silent(
    app: Any,
    create: Act,
    as_person: Act,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    serve: Callable[[Path], AbstractContextManager[str]],
) -> None:
    with serve(tmp_path) as address:
        monkeypatch.setitem(tk.config, "ckanext.nxopendata.safety.clamd", address)
        bad = create(b"a,b\nX5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*,1\n")
        assert read(app, bad) == 403
        (shown,) = as_person("editor", "nx_safety_show", id=bad["id"])
        ((rule, sample),) = [(finding["rule"], finding["sample"]) for finding in shown["findings"]]
        assert (rule, sample.removesuffix(".UNOFFICIAL")) == (1101, "Eicar-Test-Signature")
        assert read(app, create("县区,人口\n兴庆区,1\n".encode())) == 200
    waiting = create("县区,人口\n金凤区,2\n".encode())
    assert read(app, waiting) == 403
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.safety.clamd", "")
    assert read(app, waiting) == 200
