"""``ckan nx cases duties``: what the clock does for permissions."""

from __future__ import annotations

import click

from ckanext.nxopendata.cases.duty_reports import scheduled_tasks
from ckanext.nxopendata.cases.process.cli import cases
from ckanext.nxopendata.core.language import site_language


@cases.command(short_help="提醒到期和义务 / Remind of ends and duties")
def duties() -> None:
    """Remind of permissions that end, and of duties, as the timer does once a day."""
    with site_language():
        counts = scheduled_tasks.run_duties()
    click.echo("提醒到期的授权 {ending}，提醒义务 {duties}".format(**counts))
    click.echo("permissions ending {ending}, duties reminded of {duties}".format(**counts))
