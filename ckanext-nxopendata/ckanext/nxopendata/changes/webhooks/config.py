"""The option of the webhooks; ``config_declaration.yaml`` documents it."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def webhook_allowed_hosts() -> tuple[str, ...]:
    """Return the hosts, addresses and networks that webhooks may be at although they are not public."""
    return tuple(tk.config["ckanext.nxopendata.harvest.webhook_allowed_hosts"])
