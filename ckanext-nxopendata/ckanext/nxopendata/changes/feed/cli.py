"""``ckan nx harvest changes``."""

from __future__ import annotations

import click

from ckanext.nxopendata.core.cli import as_json, call_action, print_json, room_group

harvest = room_group("harvest", "目录采集 / Harvest department catalogues", "Department catalogues to the portal.")
KINDS = {"changed": "变更 changed", "withdrawn": "撤下 withdrawn"}


@harvest.command("changes")
@click.option("--cursor", default="", help="Of the last answer.")
@click.option("--since", default="", help="A time to begin at, ISO 8601.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@as_json
def changes_(cursor: str, since: str, limit: int, as_json: bool) -> None:
    """What changed among the public datasets; with --json the datasets too."""
    data = {"cursor": cursor, "since": since, "limit": limit, "datasets": as_json}
    answer = call_action("nx_changes_list", data)
    if as_json:
        print_json(answer)
        return
    for change in answer["changes"]:
        click.echo(f"{change['time']}\t{KINDS[change['kind']]}\t{change['name']}")
    click.echo(f"cursor {answer['cursor']}{' …' if answer['more'] else ''}", err=True)
