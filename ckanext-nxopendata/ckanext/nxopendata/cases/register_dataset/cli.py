"""``ckan nx cases publish``: the register of cases as a dataset."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import click

from ckanext.nxopendata.cases.process.cli import cases
from ckanext.nxopendata.cases.register_dataset import entry
from ckanext.nxopendata.core.language import site_language


@cases.command(short_help="把办件名册发布为数据集 / The register as a dataset")
@click.option("--department", help="发布的部门，默认主管部门 / who publishes it, the supervising office by default")
def publish(department: str | None) -> None:
    """Make the public register of cases a dataset of the catalogue, or bring its files up to date.

    The timer does the latter once a night, as soon as the entry is there.
    """
    with site_language():
        try:
            written = entry.publish(department)
        except tk.ValidationError as problem:
            lines = [f"{field}: {text}" for field, text in problem.error_summary.items()]
            raise click.ClickException("\n".join(lines)) from None
    click.echo(f"数据集 {entry.NAME}，写了 {written} 个文件 / files written")
