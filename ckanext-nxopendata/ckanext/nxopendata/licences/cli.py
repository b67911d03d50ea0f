"""``ckan nx licence``: the list, the lint, and agreements on conditional datasets."""

from __future__ import annotations

from pathlib import Path

import click

from ckanext.nxopendata.core.cli import as_json, call_action, nx, print_json
from ckanext.nxopendata.licences import registry
from ckanext.nxopendata.licences.license_list_export import licence_list
from ckanext.nxopendata.licences.odrl.lint import check_file
from ckanext.nxopendata.licences.odrl.vocabulary import FOLDER


@nx.group(short_help="许可 / Licences")
def licence() -> None:
    """Licences and agreements."""


@licence.command("list", short_help="列出许可 / List the licences")
@as_json
def list_(as_json: bool) -> None:
    """All licences; with --json what ``licenses_group_url`` points at."""
    if as_json:
        print_json(licence_list(registry.register()))
        return
    for policy in registry.register():
        click.echo(f"{policy.id:20} {policy.status:8} {policy.title('zh')}")


@licence.command(short_help="检查许可文件 / Check licence files")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check FILES, or all licences: structure, words, profile, inheritance."""
    paths = files or tuple(sorted(FOLDER.glob("*.jsonld")))
    others = {policy.uid: policy.document for policy in registry.register()}
    faults = 0
    for path in paths:
        for finding in check_file(path, others):
            faults += finding.severity == "error"
            click.echo(f"{path.name}: {finding.text('zh')}\n    {finding.text('en')}")
    if faults:
        raise click.ClickException(f"{faults} 处错误 / errors")
    click.echo(f"{len(paths)} 个文件没有错误 / files without errors")


@licence.command(short_help="识别许可写法 / Which licence is meant")
@click.argument("text")
def normalise(text: str) -> None:
    """Which licence TEXT means."""
    print_json(call_action("nx_licence_normalise", {"text": text}))


@licence.command(short_help="授予协议 / Grant an agreement")
@click.argument("dataset")
@click.argument("user")
@click.option("--purpose", "purposes", multiple=True, required=True, help="用途 / Purpose; may be repeated.")
@click.option("--ends", required=True, help="截止 / Until: 2027-12-31 or 2027-12-31T18:00:00+08:00.")
@click.option("--starts", default="", help="起始 / From; now by default.")
@click.option("--destruction", default="", help="销毁期限 / Time to destroy copies, e.g. P30D.")
@click.option("--report-interval", default="", help="报送周期 / How often to report, e.g. P6M.")
@click.option("--note", default="", help="备注 / Note.")
def grant(dataset: str, user: str, purposes: tuple[str, ...], **terms: str) -> None:
    """Let USER have the data of the conditional DATASET."""
    print_json(
        call_action("nx_agreement_grant", {"dataset": dataset, "user": user, "purposes": list(purposes), **terms})
    )


@licence.command(short_help="列出协议 / List agreements")
@click.argument("dataset")
def agreements(dataset: str) -> None:
    """The agreements on DATASET."""
    print_json(call_action("nx_agreement_list", {"dataset": dataset}))


@licence.command(short_help="撤销协议 / Revoke an agreement")
@click.argument("agreement")
def revoke(agreement: str) -> None:
    """End AGREEMENT now."""
    print_json(call_action("nx_agreement_revoke", {"id": agreement}))
