"""``ckan nx cases``: check definitions, and do what the clock does."""

from __future__ import annotations

from pathlib import Path

import click

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.checker import check_text
from ckanext.nxopendata.cases.process import scheduled_tasks
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.core.language import site_language


@nx.group(short_help="办件 / Cases")
def cases() -> None:
    """Applications, demands, corrections, objections and reuses."""


@cases.command(short_help="检查办件定义 / Check definitions")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check FILES, or all kinds of cases that are shipped: each fault with its line and reason."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in files} or registry.read_texts()
    faults = [fault for name, text in texts.items() for fault in check_text(text, name)[1]]
    for fault in faults:
        click.echo(str(fault))
    if faults:
        raise click.ClickException(f"{len(faults)} 处错误 / errors")
    click.echo(f"{len(texts)} 种办件没有错误 / kinds without errors")


@cases.command(short_help="到期、重算期限、提醒 / End, recompute, remind")
def daily() -> None:
    """Do what the timer does once a day."""
    with site_language():
        counts = scheduled_tasks.run_daily()
    click.echo("到期 {ended}，重算期限 {recomputed}，提醒 {reminded}".format(**counts))
    click.echo("ended {ended}, limits computed anew {recomputed}, reminded {reminded}".format(**counts))
