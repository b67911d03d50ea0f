"""The command group ``ckan nx``, where every room hangs its own sub-commands, and what those commands do alike."""

from __future__ import annotations

import json
from typing import Any, cast

import ckan.plugins.toolkit as tk
import click

as_json = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@click.group(short_help="宁夏公共数据开放平台 / Ningxia open-data portal")
def nx() -> None:
    """Commands of ckanext-nxopendata, one group a room."""


def room_group(name: str, short_help: str, text: str) -> click.Group:
    """Return the group ``ckan nx NAME``, which several rooms may add commands to; the first that asks makes it."""
    if name not in nx.commands:
        nx.add_command(click.Group(name, short_help=short_help, help=text))
    return cast(click.Group, nx.commands[name])


def call_action(name: str, data: dict[str, Any], user: str | None = None, **context: Any) -> Any:
    """Run an action from the command line.

    Args:
        user: by whose right (a user's name); without one the site's own user, who may do everything.
        context: more keys of the action's context.

    Raises:
        click.ClickException: what the action refused, as one line a field; the command ends with status 1.
    """
    own = {"ignore_auth": True, "user": user or site_user()} if user is None else {"user": user}
    try:
        return tk.get_action(name)({**own, **context}, data)  # pyright: ignore[reportArgumentType]
    except tk.ValidationError as error:
        lines = [f"{field}: {text}" for field, text in error.error_summary.items()]
        raise click.ClickException("\n".join(lines)) from None
    except (tk.ObjectNotFound, tk.NotAuthorized) as error:
        raise click.ClickException(str(error)) from None


def site_user() -> str:
    """Return the name of the site's own user."""
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


def print_json(value: Any) -> None:
    """Print a value as JSON, Chinese as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
