"""The secrets in the links of mails: signed, so that nothing secret is stored."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

CONFIRM_SECONDS = 7 * 24 * 3600


def to_confirm(subscription_id: str) -> str:
    """The secret that confirms a subscription, good for seven days."""
    return _timed().dumps(subscription_id)


def to_leave(subscription_id: str) -> str:
    """The secret that ends a subscription; it never expires."""
    return _for_ever().dumps(subscription_id)


def find_confirmed(token: str) -> str | None:
    """The subscription that ``token`` confirms; None when it is forged or old."""
    try:
        return _timed().loads(token, max_age=CONFIRM_SECONDS)
    except BadData:
        return None


def find_left(token: str) -> str | None:
    """The subscription that ``token`` ends; None when it is forged."""
    try:
        return _for_ever().loads(token)
    except BadData:
        return None


def _timed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(tk.config["SECRET_KEY"], salt="nx-following-confirm")


def _for_ever() -> URLSafeSerializer:
    return URLSafeSerializer(tk.config["SECRET_KEY"], salt="nx-following-leave")
