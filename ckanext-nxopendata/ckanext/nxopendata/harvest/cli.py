"""``ckan nx harvest``: the group; the subjects add their commands to it."""

from __future__ import annotations

from typing import Any

import click

from ckanext.nxopendata.core.cli import call_action, room_group
from ckanext.nxopendata.harvest import messages
from ckanext.nxopendata.harvest.errors import HarvestError

KINDS = {
    "create": "新增 created",
    "update": "更新 updated",
    "unchanged": "未变 unchanged",
    "withdraw": "撤下 withdrawn",
    "restore": "恢复 restored",
    "refused": "拒收 refused",
    "withheld": "不公开，未采集 not public, not taken",
    "duplicate": "重复 duplicate",
}


harvest = room_group("harvest", "目录采集 / Harvest department catalogues", "Department catalogues to the portal.")


def call_harvest_action(name: str, data: dict[str, Any], **context: Any) -> Any:
    """Run an action as the site's own user; what goes wrong in a harvest becomes a line, too."""
    try:
        return call_action(name, data, **context)
    except HarvestError as error:
        raise click.ClickException(messages.describe(error)) from None
