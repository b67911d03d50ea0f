"""What people are told of a message that a webhook did not take, by code."""

from __future__ import annotations

from collections.abc import Mapping

from ckanext.nxopendata.core.errors.messages import Messages
from ckanext.nxopendata.core.errors.messages import gettext_noop as _
from ckanext.nxopendata.core.outbound.messages import MESSAGES as OUTBOUND

MESSAGES: Mapping[str, tuple[str, str]] = {
    **OUTBOUND,
    "webhook_refused": (
        _("{url} answered {status}."),
        _("Answer 200 to 299 within 15 seconds, at the final address; redirects are not followed."),
    ),
}
"""Code -> what happened, what to do. ``{names}`` are the parameters of the delivery."""

_MESSAGES = Messages(MESSAGES)
sentence, remedy = _MESSAGES.sentence, _MESSAGES.remedy
