"""Template helpers of the webhooks' pages."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def nx_webhook_field(name: str) -> str:
    """Return a field of a webhook in words; the name itself where it is none."""
    return {"title": tk._("Title"), "url": tk._("Address"), "start": tk._("Begin with")}.get(name, name)
