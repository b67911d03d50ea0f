"""Letters and a real mail server that is down, refuses, asks for a sign-in and TLS, and comes back."""

from __future__ import annotations

import base64
import datetime as dt
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.notifications.outbox import Letter
from tests.worker import work

pytestmark = [pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")]


class SmtpServer(socketserver.ThreadingTCPServer):
    """RFC 5321 as far as a client needs it: takes letters, or refuses them with ``refusal``."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SmtpSession)
        self.refusal = ""
        self.letters: list[bytes] = []
        self.signed_in: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class SmtpSession(socketserver.StreamRequestHandler):
    server: SmtpServer

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                self.say("250-test")
                self.say("250 AUTH PLAIN")
            elif verb == "AUTH":
                self.server.signed_in.append(base64.b64decode(line.split()[-1]).decode())
                self.say("235 ok")
            elif verb == "RCPT" and self.server.refusal:
                self.say(self.server.refusal)
            elif verb == "DATA":
                self.say("354 go on")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                self.server.letters.append(body)
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    connect_to_redis().flushdb()
    with SmtpServer() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        monkeypatch.setitem(tk.config, "smtp.server", running.address)
        yield running
        running.shutdown()
    connect_to_redis().flushdb()


def planned() -> list[tuple[float, Any]]:
    """Letters that are to be sent again: in how many minutes, and the job."""
    registry = get_queue().scheduled_job_registry
    now = dt.datetime.now(dt.UTC)
    found = []
    for job_id in registry.get_job_ids():
        job = get_queue().fetch_job(job_id)
        if job and "outbox.send" in (job.func_name or ""):
            found.append(((registry.get_scheduled_time(job_id) - now).total_seconds() / 60, job))
    return found


LETTER = Letter("zhang@dept.example", "催办", "请更新数据。")


class TestALetter:
    def test_the_server_does_not_take_waits_longer_each_time_and_is_sent_when_it_does(self, server: SmtpServer) -> None:
        server.refusal = "451 try again later"
        assert not outbox.send(asdict(LETTER))
        delays = []
        for _ in range(3):
            ((minutes, job),) = planned()
            delays.append(round(minutes))
            get_queue().scheduled_job_registry.remove(job)
            job.func(*job.args)
        assert delays == [1, 5, 15]
        counted = outbox.count()
        assert (counted["sent"], counted["waiting"], counted["failed_attempts"]) == (0, 1, 4)
        assert "451" in outbox.list_failures()[0]["reason"]
        server.refusal = ""
        ((_, job),) = planned()
        job.func(*job.args)
        assert (outbox.count()["sent"], outbox.count()["waiting"], outbox.list_failures()) == (1, 0, [])
        assert len(server.letters) == 1

    def test_is_given_up_after_the_last_attempt_and_the_office_sees_it(self, server: SmtpServer, app: Any) -> None:
        server.refusal = "550 no such mailbox"
        assert not outbox.send(asdict(LETTER), attempt=len(outbox.DELAYS), letter_id="one")
        assert (outbox.count()["given_up"], planned()) == (1, [])
        token = tk.get_action("api_token_create")(
            {"ignore_auth": True}, {"user": (office := factories.Sysadmin())["name"], "name": "test"}
        )["token"]
        page = app.get("/workbench", headers={"Authorization": token})
        assert office["sysadmin"]
        assert "no such mailbox" in page.body
        editor = factories.UserWithToken()
        assert "no such mailbox" not in app.get("/workbench", headers={"Authorization": editor["token"]}).body

    def test_leaves_when_nobody_listens_for_a_while(self, server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "smtp.server", "127.0.0.1:9")
        assert not outbox.send(asdict(LETTER))
        monkeypatch.setitem(tk.config, "smtp.server", server.address)
        ((_, job),) = planned()
        job.func(*job.args)
        assert len(server.letters) == 1

    def test_is_handed_over_with_the_users_sign_in(self, server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "smtp.user", "portal")
        monkeypatch.setitem(tk.config, "smtp.password", "one two")
        assert outbox.send(asdict(LETTER))
        assert server.signed_in == ["\0portal\0one two"]

    def test_is_not_sent_in_the_clear_where_tls_was_asked_for(
        self, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(tk.config, "smtp.starttls", True)
        assert not outbox.send(asdict(LETTER))
        assert server.letters == []
        assert "STARTTLS" in outbox.list_failures()[0]["reason"]


def test_every_letter_of_the_site_goes_by_the_outbox() -> None:
    """Nobody else talks to the mailer: what would be sent by another way would be lost when the server is down."""
    from pathlib import Path

    code = Path(outbox.__file__).parents[2]
    senders = {path.name for path in code.rglob("*.py") if "mail_recipient(" in path.read_text(encoding="utf-8")}
    assert senders == {"outbox.py"}
    assert not [path for path in code.rglob("*.py") if "mail_user(" in path.read_text(encoding="utf-8")]


def test_a_job_sends_what_is_posted(server: SmtpServer, call: Callable[..., Any]) -> None:
    outbox.post(LETTER, "test")
    work()
    assert len(server.letters) == 1
