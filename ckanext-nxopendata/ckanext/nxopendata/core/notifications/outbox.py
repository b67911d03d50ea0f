"""Letters on their way: a worker sends those that are due, and again with a growing delay until the server takes them.

A letter counts as sent when the mail server took it, not before. Letters wait in Redis, where one job sends all that
are due: a hundred notices neither hold the queue of the site's other work nor ask a server that is down a hundred
times. What was given up after two days is kept for the office and for monitoring.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import smtplib
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import jobs, mailer

from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import now

log = logging.getLogger(__name__)

DELAYS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720, 1440))
"""From each failure to the next attempt; after the last of them the letter is given up."""

MOST_SHOWN = 50
"""Letters given up that are remembered, the newest."""

MOST_AT_ONCE = 200
"""Letters that one job sends; the next one sends the rest."""

LOCK_SECONDS = 900
"""After which another worker may send, when the one that did was killed."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address, or to the address that a user has when it is sent."""

    to: str
    subject: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    """What the recipient is called; the address where there is nothing."""
    user_id: str = ""
    """Instead of ``to`` and ``name``."""


_NO_SERVER = (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)


class _UnreachableError(Exception):
    """No mail server answers: no other letter need be tried now."""


def post(letters: Iterable[Letter]) -> None:
    """Have a worker send letters."""
    moment = now()
    with client().pipeline() as pipe:
        for letter in letters:
            _keep(pipe, uuid.uuid4().hex, {"letter": asdict(letter), "attempt": 0}, moment)
        pipe.execute()
    _ask_for_delivery()


def send(letter: dict[str, Any], attempt: int = 0, letter_id: str = "") -> bool:
    """Hand a letter to the mail server now; if that fails it waits for the next attempt.

    Args:
        letter: A :class:`Letter` as a dict, as the queue of earlier versions keeps it.
        attempt: How often it was tried before.
        letter_id: Under which it is known to wait; "" at the first attempt.

    Returns:
        Whether the server took it.
    """
    letter_id = letter_id or uuid.uuid4().hex
    try:
        _hand_over(letter)
    except (_UnreachableError, mailer.MailerException, OSError) as error:
        _failed(letter_id, {"letter": letter, "attempt": attempt}, error)
        return False
    _done(letter_id, is_sent=True)
    return True


def deliver_due() -> None:
    """Have a worker send what has come due, if anything has: a task of the clock, which waits for no mail server."""
    if client().zcount(_key("due"), 0, now().timestamp()):
        _ask_for_delivery()


def deliver(moment: dt.datetime | None = None) -> int:
    """Job: send the letters that are due.

    When no server answers, the letters that are due wait on without being tried one by one.

    Args:
        moment: what is due by then; now, if it is None.

    Returns:
        How many letters the server took.
    """
    lock = client().lock(_key("delivery"), timeout=LOCK_SECONDS, blocking=False)
    if not lock.acquire():
        return 0
    try:
        due = client().zrangebyscore(_key("due"), 0, (moment or now()).timestamp(), start=0, num=MOST_AT_ONCE)
        sent = _deliver(letter_id.decode() for letter_id in due)
    finally:
        if lock.owned():
            lock.release()
    if len(due) == MOST_AT_ONCE:
        _ask_for_delivery()
    return sent


def _deliver(letter_ids: Iterable[str]) -> int:
    sent, unreachable = 0, None
    for letter_id in letter_ids:
        kept: Any = client().hget(_key("letters"), letter_id)
        if kept is None:
            _drop(client(), letter_id)
            continue
        record = json.loads(kept)
        try:
            if unreachable:
                raise unreachable
            is_sent = _hand_over(record["letter"])
        except _UnreachableError as error:
            unreachable = error
            _failed(letter_id, record, error)
        except (mailer.MailerException, OSError) as error:
            _failed(letter_id, record, error)
        else:
            _done(letter_id, is_sent=is_sent)
            sent += is_sent
    return sent


def _hand_over(letter: dict[str, Any]) -> bool:
    """Return whether there was somebody to send to.

    Raises:
        _UnreachableError: no server answers.
        MailerException, OSError: the server does not take this letter.
    """
    to, name = letter["to"], letter["name"]
    if user_id := letter.get("user_id"):
        person = model.User.get(user_id)
        if person is None or not person.email:
            return False
        to, name = person.email, person.display_name
    headers = _Headers(letter.get("headers") or {})
    try:
        mailer.mail_recipient(name or to, to, letter["subject"], letter["body"], headers=headers)
    except (mailer.MailerException, OSError) as error:
        # CKAN's own exception stands in the place of the socket's, which is its context.
        cause = error.__context__ if isinstance(error, mailer.MailerException) else error
        if isinstance(cause, _NO_SERVER) or (
            isinstance(cause, OSError) and not isinstance(cause, smtplib.SMTPException)
        ):
            raise _UnreachableError(str(error)) from error
        raise
    return True


def _keep(pipe: Any, letter_id: str, record: dict[str, Any], due: dt.datetime) -> None:
    pipe.hset(_key("letters"), letter_id, json.dumps(record))
    pipe.zadd(_key("due"), {letter_id: due.timestamp()})


def _drop(pipe: Any, letter_id: str) -> None:
    pipe.hdel(_key("letters"), letter_id)
    pipe.zrem(_key("due"), letter_id)
    pipe.zrem(_key("failed"), letter_id)


def _done(letter_id: str, *, is_sent: bool) -> None:
    with client().pipeline() as pipe:
        if is_sent:
            pipe.hincrby(_key("count"), "sent", 1)
        _drop(pipe, letter_id)
        pipe.execute()


def _failed(letter_id: str, record: dict[str, Any], error: Exception) -> None:
    attempt, subject = record["attempt"], record["letter"]["subject"]
    log.warning("no mail, attempt %s: %s", attempt + 1, error)
    told = {"subject": subject, "reason": str(error)[:300], "at": now().isoformat()}
    with client().pipeline() as pipe:
        if attempt < len(DELAYS):
            _keep(pipe, letter_id, record | told | {"attempt": attempt + 1}, now() + DELAYS[attempt])
            pipe.zadd(_key("failed"), {letter_id: now().timestamp()})
        else:
            log.error("a mail is given up: %s: %s", subject, error)
            _drop(pipe, letter_id)
            pipe.hincrby(_key("count"), "given_up", 1)
            pipe.lpush(_key("given up"), json.dumps(told))
            pipe.ltrim(_key("given up"), 0, MOST_SHOWN - 1)
        pipe.hincrby(_key("count"), "failed_attempts", 1)
        pipe.execute()


def _ask_for_delivery() -> None:
    """Put the job into the queue, unless it is there."""
    queue = jobs.get_queue()
    asked: Any = client().get(_key("job"))
    if asked is None or queue.get_job_position(asked.decode()) is None:
        job = tk.enqueue_job(deliver, title="nx: mail")
        client().set(_key("job"), job.id, ex=LOCK_SECONDS)


def _waiting() -> list[dict[str, Any]]:
    """The newest letters that failed at least once."""
    failed: Any = client().zrange(_key("failed"), 0, MOST_SHOWN - 1, desc=True)
    kept: Any = client().hmget(_key("letters"), failed) if failed else []
    return [json.loads(record) for record in kept if record]


def count() -> dict[str, int]:
    """Return how many letters were ``sent``, are ``waiting`` after a failure, and were ``given_up``."""
    counted: Any = client().hgetall(_key("count"))
    numbers = {key.decode(): int(value) for key, value in counted.items()}
    names = ("sent", "given_up", "failed_attempts")
    return {name: numbers.get(name, 0) for name in names} | {"waiting": client().zcard(_key("failed"))}


def list_failures() -> list[dict[str, str]]:
    """Return ``subject``, ``reason`` and ``at`` of the letters that wait after a failure, and of those given up."""
    given_up = [json.loads(text) for text in client().lrange(_key("given up"), 0, MOST_SHOWN - 1)]
    told = [{name: row[name] for name in ("subject", "reason", "at")} for row in (*_waiting(), *given_up)]
    return sorted(told, key=lambda row: row["at"], reverse=True)


def _key(name: str) -> str:
    return f"nx:{tk.config['ckan.site_id']}:mail:{name}"


class _AsItIs(str):
    """The value of a header in one line as it stands.

    Python's mail library writes an address longer than a line as encoded words, which RFC 2369 does not allow and
    mail programs do not read. This is what the library asks a value of its own kind.
    """

    name: str

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Headers(dict[str, str]):
    """Headers that reach the letter as they stand: CKAN adds a header as a plain text the first time it meets it, and
    puts the value itself in its place the second time."""

    def items(self) -> Any:
        for name, text in super().items():
            value = _AsItIs(text)
            value.name = name
            yield name, value
            yield name, value
