"""Commands: ``ckan nx safety …``."""

from __future__ import annotations

from pathlib import Path

import click

from ckanext.nxopendata.core.cli import as_json, print_json, room_group
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.rules.loading import RuleFileError
from ckanext.nxopendata.safety.scanning import examination, messages
from ckanext.nxopendata.safety.walkers import result

EXIT = {result.CLEAN: 0, result.FINDINGS: 1, result.UNREADABLE: 3}
"""Status of the command by the gravest status of a file; 2 is a wrong call."""

safety = room_group("safety", "安全检查 · what must not become public", "What must not become public.")


@safety.command()
@click.argument("target", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def scan(context: click.Context, target: Path, as_json: bool) -> None:
    """检查一个文件：0 未发现，1 有发现，3 需要人看 · examine a file; status 0 clean, 1 findings, 3 not readable."""
    report = examination.examine(target, target.name)
    words = messages.to_words(report)
    if as_json:
        print_json(words)
    else:
        click.echo(f"{words['status_text']} · {words['version']} · {words['seconds']} s")
        for finding in words["findings"]:
            place = " ".join(filter(None, (finding["place"], finding["first"])))
            click.echo(f"{finding['action']} {finding['rule']} {finding['name']}: {place} ×{finding['count']}")
        for part in words["unread"]:
            click.echo(f"? {part['place']}: {part['reason_text']}")
    context.exit(EXIT[report.status])


@safety.group(name="rules", short_help="规则 · rules")
def rules_group() -> None:
    """Rules by which files are examined."""


@rules_group.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """检查规则文件，不给出文件时检查正在使用的 · check rule files, or those in force."""
    given = {path.name: path.read_text(encoding="utf-8") for path in files} or in_force.read_province_files()
    try:
        found = in_force.check(given)
    except RuleFileError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(found.rules)} 条规则 · rules; {found.version}")
