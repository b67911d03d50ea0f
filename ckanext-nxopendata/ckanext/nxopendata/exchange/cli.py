"""``ckan nx catalogue``: workbooks from the command line."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import click

from ckanext.nxopendata.core.cli import call_action, nx, site_user
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.exchange import forms, models
from ckanext.nxopendata.exchange.imports import jobs, plan, report
from ckanext.nxopendata.exchange.workbook import writer


@nx.group(short_help="目录 / the catalogue")
def catalogue() -> None:
    """The catalogue of departments as workbook."""


@catalogue.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """Write the blank workbook to FILE."""
    file.write_bytes(writer.template(forms.load(jobs.FORM)))
    click.echo(str(file))


@catalogue.command()
@click.argument("organization")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("-u", "--user", help="Whose view it is; the site's own user when left out.")
@click.option("--since", default="", help="Of XML, only what changed since (ISO 8601, UTC).")
def export(organization: str, file: Path, user: str | None, since: str) -> None:
    """Write the catalogue of ORGANIZATION to FILE: XML or CSV when its name ends so, else a workbook."""
    kind = {".xml": "xml", ".csv": "csv"}.get(file.suffix.lower(), "xlsx")
    data = {"owner_org": organization, "format": kind, "since": since}
    made = call_action("nx_catalogue_export", data, user or site_user())
    file.write_bytes(base64.b64decode(made["content"]))
    click.echo(str(file))


@catalogue.command(name="import")
@click.argument("organization")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-u", "--user", help="In whose name; the site's own user when left out.")
@click.option("--apply", "applied", is_flag=True, help="Write the datasets without errors; without it only a preview.")
@click.option("--receipt", type=click.Path(dir_okay=False, path_type=Path), help="Write the receipt of XML here.")
@click.option("--marked", type=click.Path(dir_okay=False, path_type=Path), help="Write the file with comments here.")
def import_(
    organization: str, file: Path, user: str | None, applied: bool, receipt: Path | None, marked: Path | None
) -> None:
    """Preview FILE as the catalogue of ORGANIZATION, or import it with --apply."""
    user = user or site_user()
    content = base64.b64encode(file.read_bytes()).decode()
    data = {"owner_org": organization, "file_name": file.name, "content": content, "background": False}
    shown = call_action("nx_catalogue_import_preview", data, user, nx_command_line=True)
    if applied and not shown["failure"]:
        asked = {"id": shown["id"], "background": False}
        shown = call_action("nx_catalogue_import_apply", asked, user, nx_command_line=True)
    if shown["failure"]:
        raise click.ClickException(shown["failure"])
    for problem in shown["problems"]:
        letter = writer.get_column_letter(problem["column"]) if problem["column"] else ""
        place = f"{letter}{problem['row']}"
        click.echo(f"{problem['sheet']} {place}: {problem['message']}")
    for remark in shown["remarks"]:
        click.echo(f"{remark['sheet']} {remark['message']}")
    click.echo("  ".join(f"{action}: {count}" for action, count in shown["counts"].items()))
    if marked:
        try:
            marked.write_bytes(report.mark_workbook(models.get(shown["id"], with_file=True) or {}))
        except sandbox.SandboxError as error:
            raise click.ClickException(f"--marked: {error}") from error
    if receipt:
        receipt.write_bytes(report.build_receipt(models.get(shown["id"]) or {}))
    if shown["counts"][plan.ERROR]:
        sys.exit(2)
