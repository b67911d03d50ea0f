"""Letters on their way: each is sent by a worker, and again with a growing delay until the server takes it.

A letter counts as sent when the mail server took it, not before. What waits, and what was given up after two days, is
kept in Redis for the office and for monitoring.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import smtplib
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import jobs, mailer

from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.core.timezone import now

log = logging.getLogger(__name__)

DELAYS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720, 1440))
"""From each failure to the next attempt; after the last of them the letter is given up."""

MOST_SHOWN = 50
"""Letters given up that are remembered, the newest."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address."""

    to: str
    subject: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    """What the recipient is called; the address where there is nothing."""


def post(letter: Letter, title: str) -> None:
    """Have a worker send a letter; ``title`` is the job's."""
    tk.enqueue_job(send, [asdict(letter)], title=title)


def send(letter: dict[str, Any], attempt: int = 0, letter_id: str = "") -> bool:
    """Job: hand a letter to the mail server; plan the next attempt if that fails.

    Args:
        letter: A :class:`Letter` as a dict, as the queue keeps it.
        attempt: How often it was tried before.
        letter_id: Under which it is known to wait; "" at the first attempt.

    Returns:
        Whether the server took it.
    """
    letter_id = letter_id or uuid.uuid4().hex
    name, headers = letter["name"] or letter["to"], _Headers(letter["headers"])
    try:
        mailer.mail_recipient(name, letter["to"], letter["subject"], letter["body"], headers=headers)
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        _failed(letter, attempt, letter_id, error)
        return False
    with client().pipeline() as pipe:
        pipe.hincrby(_key("count"), "sent", 1)
        pipe.hdel(_key("waiting"), letter_id)
        pipe.execute()
    return True


def _failed(letter: dict[str, Any], attempt: int, letter_id: str, error: Exception) -> None:
    reason = f"{letter['subject']}: {error}"[:300]
    log.warning("no mail, attempt %s: %s", attempt + 1, error)
    told = json.dumps({"subject": letter["subject"], "reason": str(error)[:300], "at": now().isoformat()})
    with client().pipeline() as pipe:
        if attempt < len(DELAYS):
            pipe.hset(_key("waiting"), letter_id, told)
        else:
            log.error("a mail is given up: %s", reason)
            pipe.hdel(_key("waiting"), letter_id)
            pipe.hincrby(_key("count"), "given_up", 1)
            pipe.lpush(_key("given up"), told)
            pipe.ltrim(_key("given up"), 0, MOST_SHOWN - 1)
        pipe.hincrby(_key("count"), "failed_attempts", 1)
        pipe.execute()
    if attempt < len(DELAYS):
        meta = {"title": "nx: mail"}
        jobs.get_queue().enqueue_in(DELAYS[attempt], send, letter, attempt + 1, letter_id, meta=meta)


def count() -> dict[str, int]:
    """Return how many letters were ``sent``, are ``waiting`` after a failure, and were ``given_up``."""
    counted: Any = client().hgetall(_key("count"))
    numbers = {key.decode(): int(value) for key, value in counted.items()}
    names = ("sent", "given_up", "failed_attempts")
    return {name: numbers.get(name, 0) for name in names} | {"waiting": client().hlen(_key("waiting"))}


def list_failures() -> list[dict[str, str]]:
    """Return ``subject``, ``reason`` and ``at`` of the letters that wait after a failure, and of those given up."""
    texts = [*client().hvals(_key("waiting")), *client().lrange(_key("given up"), 0, MOST_SHOWN - 1)]
    return sorted((json.loads(text) for text in texts), key=lambda told: told["at"], reverse=True)


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
