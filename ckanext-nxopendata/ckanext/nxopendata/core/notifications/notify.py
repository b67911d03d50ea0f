"""Telling people: notices in the site, and mail through CKAN's notifier (``INotifier`` plugins, else SMTP)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.lib import mailer

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.i18n import speech
from ckanext.nxopendata.review import state_machine
from ckanext.nxopendata.review.models import Case, Notice

log = logging.getLogger(__name__)

TEXTS: dict[str, Callable[[], str]] = {
    "waiting": lambda: tk._('"{title}" waits for your review'),
    "register": lambda: tk._('"{title}" is registered; submit it for publication'),
    "forward": lambda: tk._('"{title}" is registered and submitted for publication'),
    "publish": lambda: tk._('"{title}" is published'),
    "release": lambda: tk._('"{title}" is published'),
    "schedule": lambda: tk._('"{title}" is approved and will be published at the set time'),
    "return": lambda: tk._('"{title}" was returned: {opinion}'),
    "refuse": lambda: tk._('"{title}" was refused: {opinion}'),
    "withdraw": lambda: tk._('"{title}" was withdrawn: {opinion}'),
    "end": lambda: tk._('The change of "{title}" has ended, as the dataset was withdrawn: {opinion}'),
    "late": lambda: tk._('The review of "{title}" is past its deadline ({day})'),
    "overdue": lambda: tk._('"{title}" should have been updated by {day}'),
}
"""Topic -> its text, translated when called."""

MAILS = Limit("notice mail", 60)
"""To one person; the notices in the site are all there."""

WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {}
"""Topics of other rooms -> what makes their text of its parameters."""


def text(topic: str, params: Mapping[str, Any]) -> str:
    """What a notice says, in the language of whoever asks."""
    return WORDS[topic](params) if topic in WORDS else TEXTS[topic]().format(**params)


def link(params: Mapping[str, Any], *, external: bool = False) -> str:
    """The page that a notice leads to; "" for none. Other rooms name theirs as ``endpoint`` and ``values``."""
    if "case" in params:
        return tk.url_for("nx_review.show", case_id=params["case"], _external=external)
    if "endpoint" in params:
        return tk.url_for(params["endpoint"], **params["values"], _external=external)
    if "dataset" in params:
        return tk.url_for("dataset.read", id=params["dataset"], _external=external)
    return ""


def of_step(case: Case, arrow: state_machine.Transition, user: model.User, opinion: str, mode: str) -> None:
    """After a step: tell whose move it is, and tell the author what was decided."""
    params = {"title": case.title, "case": case.id, "opinion": opinion}
    if arrow.target == state_machine.SUBMITTED:
        tell(roles.people(case.owner_org, ("admin",)), "waiting", params, but=user)
    elif arrow.target == state_machine.PUBLISHING and mode == state_machine.BY_OFFICE:
        tell(roles.people(roles.office_id(), ("admin", "editor")), "waiting", params, but=user)
    if arrow.action in TEXTS and (author := model.User.get(case.author_id)):
        tell([author], arrow.action, params, but=user)


def tell(people: Iterable[model.User], topic: str, params: Mapping[str, Any], but: model.User | None = None) -> None:
    """Leave each a notice and send mail in the background, within ``MAILS``.

    Args:
        but: who is not told, as they did it themselves.
    """
    people = [person for person in people if but is None or person.id != but.id]
    if not people:
        return
    for person in people:
        model.Session.add(Notice(user_id=person.id, topic=topic, params=dict(params)))
    model.Session.commit()
    with speech.of_the_site():
        subject = text(topic, params)
        body = "\n\n".join(part for part in (subject, link(params, external=True)) if part)
    written_to = [person.id for person in people if MAILS.allows(person.id)]
    if written_to:
        tk.enqueue_job(send, [written_to, subject, body], title=f"nx: {topic}")


def send(user_ids: list[str], subject: str, body: str) -> None:
    """Job: mail the text to the users that have an address."""
    for user_id in user_ids:
        person = model.User.get(user_id)
        if person is None or not person.email:
            continue
        try:
            mailer.mail_user(person, subject, body)
        except mailer.MailerException as problem:
            log.warning("no mail to user %s: %s", user_id, problem)
