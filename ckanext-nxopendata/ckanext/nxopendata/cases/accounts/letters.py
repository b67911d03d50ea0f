"""Letters about accounts, written by a worker. The address may be anybody's: they hold no word of who asked."""

from __future__ import annotations

from dataclasses import asdict

import ckan.plugins.toolkit as tk
from ckan import model
from flask_babel import force_locale

from ckanext.nxopendata.cases.accounts import tokens
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.notifications.outbox import Letter


def send_invitation(email: str, language: str) -> None:
    """Job: mail a link by which an account is made; who has one is told how to get in, and nobody else learns of it."""
    with site_language(), force_locale(language):
        known = model.User.by_email(email)
        site = tk.config["ckan.site_title"]
        if known is not None and known.is_active:
            subject = tk._("You have an account already")
            text = tk._("Somebody, probably you, wanted to make an account at {site} with this address. There is one:")
            links = [_address("user.login", language), tk._("A new password is given here:")]
            links.append(_address("user.request_reset", language))
        else:
            subject = tk._("Make your account")
            text = tk._("Somebody, probably you, wanted to make an account at {site} with this address. Within a day:")
            links = [_address("nx_accounts.finish", language, token=tokens.for_new_account(email))]
        ending = tk._("If it was not you, do nothing: no account is made.")
        _send(email, subject, [text.format(site=site), *links, ending])


def send_confirmation(user_id: str, language: str) -> None:
    """Job: mail a link that confirms the address of an account."""
    user = model.User.get(user_id)
    if user is None or not user.is_active or not user.email:
        return
    with site_language(), force_locale(language):
        text = tk._("Open this address within a day to confirm that letters from {site} reach you:")
        link = _address("nx_accounts.confirm", language, token=tokens.for_address(user.id, user.email))
        ending = tk._("If you do not know this site, do nothing.")
        _send(user.email, tk._("Confirm your address"), [text.format(site=tk.config["ckan.site_title"]), link, ending])


def _send(email: str, subject: str, parts: list[str]) -> None:
    outbox.send(asdict(Letter(email, f"{subject} · {tk.config['ckan.site_title']}", "\n\n".join(parts))))


def _address(endpoint: str, language: str, **values: str) -> str:
    return tk.url_for(endpoint, _external=True, locale=language, **values)
