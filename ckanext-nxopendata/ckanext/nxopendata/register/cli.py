"""``ckan nx register``: the register from the command line."""

from __future__ import annotations

import click

from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.register import scheduled_tasks
from ckanext.nxopendata.register.systems import system_store


@nx.group(short_help="政务信息系统登记册 / the register of government systems")
def register() -> None:
    """The register of government systems."""


@register.command("list")
@click.option("--state", type=click.Choice(["active", "merged", "disposed"]), help="Only systems in this state.")
def list_systems(state: str | None) -> None:
    """列出登记的系统 / List the systems: department, plan, name."""
    for system in system_store.list_systems(state=state):
        click.echo(f"{system.department}\t{system.plan}\t{system.title}")


@register.command()
def remind() -> None:
    """每天运行一次：发起月报、年报，催办到期和逾期的单位 / Once a day: ask for reports, remind who is due or late."""
    counts, replies = scheduled_tasks.remind()
    click.echo(
        f"发起 {counts['asked']}，催办报送 {counts['reminded']}，催办答复 {replies} · "
        f"asked {counts['asked']}, reminded of reports {counts['reminded']}, of findings {replies}"
    )
