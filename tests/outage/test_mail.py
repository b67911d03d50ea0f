"""Letters and a real mail server that is down, refuses, asks for a sign-in and TLS, and comes back."""

from __future__ import annotations

import base64
import datetime as dt
import smtplib
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
from ckan import model
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
        self.refused = ""
        self.recipients: list[str] = []
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
            elif verb == "RCPT" and (self.server.refusal or (self.server.refused and self.server.refused in line)):
                self.say(self.server.refusal or "550 no such mailbox")
            elif verb == "RCPT":
                self.server.recipients.append(line.partition("<")[2].partition(">")[0])
                self.say("250 ok")
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


LETTER = Letter("zhang@dept.example", "催办", "请更新数据。")


def in_minutes(minutes: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)


class TestALetter:
    def test_the_server_does_not_take_waits_longer_each_time_and_is_sent_when_it_does(self, server: SmtpServer) -> None:
        server.refusal = "451 try again later"
        assert not outbox.send(asdict(LETTER))
        failed = [outbox.count()["failed_attempts"]]
        for minutes in (0.9, 1.1, 4.9, 5.1):
            assert outbox.deliver(in_minutes(minutes)) == 0
            failed.append(outbox.count()["failed_attempts"])
        assert failed == [1, 1, 2, 2, 3]
        assert (outbox.count()["sent"], outbox.count()["waiting"]) == (0, 1)
        assert "451" in outbox.list_failures()[0]["reason"]
        server.refusal = ""
        assert outbox.deliver(in_minutes(16)) == 1
        assert (outbox.count()["sent"], outbox.count()["waiting"], outbox.list_failures()) == (1, 0, [])
        assert len(server.letters) == 1

    def test_is_given_up_after_the_last_attempt_and_the_office_sees_it(self, server: SmtpServer, app: Any) -> None:
        server.refusal = "550 no such mailbox"
        assert not outbox.send(asdict(LETTER), attempt=len(outbox.DELAYS), letter_id="one")
        assert (outbox.count()["given_up"], outbox.count()["waiting"]) == (1, 0)
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
        assert outbox.deliver(in_minutes(2)) == 1
        assert len(server.letters) == 1

    def test_that_one_address_refuses_holds_no_other(self, server: SmtpServer) -> None:
        server.refused = "wang@dept.example"
        outbox.post([replace(LETTER, to="wang@dept.example"), LETTER, replace(LETTER, to="ma@dept.example")])
        assert outbox.deliver() == 2
        assert (outbox.count()["sent"], outbox.count()["waiting"]) == (2, 1)

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


def test_one_job_sends_what_is_posted(server: SmtpServer, call: Callable[..., Any]) -> None:
    outbox.post([LETTER])
    outbox.post([LETTER, LETTER])
    assert len(get_queue().jobs) == 1
    work()
    assert len(server.letters) == 3


def test_a_server_that_is_down_is_asked_once_for_all_letters(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    connect = smtplib.SMTP.connect

    def count_and_connect(self: smtplib.SMTP, *arguments: Any, **named: Any) -> Any:
        asked.append(self._host)
        return connect(self, *arguments, **named)

    monkeypatch.setattr(smtplib.SMTP, "connect", count_and_connect)
    monkeypatch.setitem(tk.config, "smtp.server", "127.0.0.1:9")
    outbox.post([LETTER] * 50)
    assert outbox.deliver() == 0
    assert (len(asked), outbox.count()["waiting"]) == (1, 50)
    monkeypatch.setitem(tk.config, "smtp.server", server.address)
    assert outbox.deliver(in_minutes(2)) == 50


def test_the_clock_has_sent_what_has_come_due(server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.refusal = "451 try again later"
    assert not outbox.send(asdict(LETTER))
    outbox.deliver_due()
    assert not get_queue().jobs
    monkeypatch.setattr(outbox, "DELAYS", (dt.timedelta(0), *outbox.DELAYS))
    assert not outbox.send(asdict(LETTER))
    outbox.deliver_due()
    assert len(get_queue().jobs) == 1


def test_a_letter_to_a_user_goes_to_the_address_that_the_user_has_then(server: SmtpServer, clean_db: None) -> None:
    users = [factories.User(email=f"{name}@dept.example") for name in ("li", "ma")]
    outbox.post(Letter("", "催办", "请更新数据。", user_id=user["id"]) for user in users)
    model.User.get(users[0]["id"]).email = "li@new.example"
    model.Session.delete(model.User.get(users[1]["id"]))
    model.Session.commit()
    assert outbox.deliver() == 1
    assert server.recipients == ["li@new.example"]
    assert outbox.count()["waiting"] == 0
