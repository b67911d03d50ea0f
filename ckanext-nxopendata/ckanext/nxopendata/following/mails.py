"""The mails of following, in the language of who gets them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask_babel import force_locale

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.notifications.outbox import Letter
from ckanext.nxopendata.following import events, queries, tokens
from ckanext.nxopendata.following.models import Subscription

MOST = 20
"""So many datasets stand in one mail."""


def ask_to_confirm(subscription_id: str) -> None:
    """Job: mail the link that confirms a subscription.

    The address may be anybody's: the letter holds no word of who asked, so that nobody writes to others through it.
    """
    row = model.Session.get(Subscription, subscription_id)
    if row is None or row.confirmed:
        return
    with site_language(), force_locale(row.language):
        link = _address("nx_following.confirm", row, token=tokens.to_confirm(row.id))
        body = "\n\n".join(
            [
                tk._(
                    "Somebody, probably you, asked {site} to write to this address when there is news about datasets."
                ).format(site=tk.config["ckan.site_title"]),
                tk._("Open this address within seven days to confirm:"),
                link,
                tk._("If it was not you, do nothing: no further mail will come."),
            ]
        )
        subject = tk._("Please confirm your subscription")
        outbox.send(asdict(Letter(row.email, f"{subject} · {tk.config['ckan.site_title']}", body)))


def find_news(row: Subscription, until: Any) -> dict[str, Any]:
    """What the public sees that is new to a subscription: as ``package_search`` gives it."""
    if row.dataset_id:
        search: dict[str, Any] = {
            "fq_list": [*queries.PUBLIC, f'id:"{row.dataset_id}"', queries.changed_filter(row.seen, until)]
        }
    else:
        search = dict(queries.search(row.query, row.seen, until))
    return tk.get_action("package_search")({"user": ""}, search | {"rows": MOST})


def describe_subscription(row: Subscription) -> str:
    """What a subscription is about, in words of the language at hand."""
    if row.dataset_id:
        dataset = model.Package.get(row.dataset_id)
        return dataset.title if dataset else row.dataset_id
    return ", ".join(value for _, value in queries.describe(row.query)) or tk._("All datasets")


def send_news(row: Subscription, news: dict[str, Any]) -> bool:
    """Mail a subscription what :func:`find_news` gave; return whether the server took the letter at once."""
    with force_locale(row.language):
        lines = []
        for dataset in news["results"]:
            texts = localised.parse(dataset.get("title_translated") or dataset["title"])
            text, _ = localised.choose(texts, row.language)
            lines.append(f"{text}\n{_address('dataset.read', row, id=dataset['name'])}")
        more = news["count"] - len(news["results"])
        if more > 0:
            lines.append(tk._("and {number} more").format(number=more))
        subject = tk._("News about {title}").format(title=describe_subscription(row))
        return outbox.send(asdict(_write(row, subject, lines)))


def write_event(row: Subscription, package: model.Package, event: str) -> Letter:
    """Return the letter to a subscription that files of its dataset are withheld, or served again.

    Args:
        event: one of :data:`.events.EVENTS`.
    """
    with site_language(), force_locale(row.language):
        texts = localised.parse((package.extras or {}).get("title_translated") or package.title)
        title = localised.choose(texts, row.language)[0] or package.name
        subject = str(events.TEXTS[event]).format(title=title)
        return _write(row, subject, [_address("dataset.read", row, id=package.name)])


def _write(row: Subscription, subject: str, lines: list[str]) -> Letter:
    """Return a letter to a subscription with the link that ends it, in the language at hand."""
    leave = _address("nx_following.leave", row, token=tokens.to_leave(row.id))
    body = "\n\n".join([subject, *lines, "--", tk._("You do not want these mails any more:"), leave])
    # RFC 8058: the mail program unsubscribes by one POST to this address.
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Letter(row.email, subject, body, headers)


def _address(endpoint: str, row: Subscription, **values: str) -> str:
    return tk.url_for(endpoint, _external=True, locale=row.language, **values)
