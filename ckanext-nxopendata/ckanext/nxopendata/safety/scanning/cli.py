"""Commands: ``ckan nx safety …``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from ckan import model

from ckanext.nxopendata.core.cli import as_json, print_json, room_group
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.rules.loading import RuleFileError
from ckanext.nxopendata.safety.scanning import board, examination, jobs, messages, verdicts
from ckanext.nxopendata.safety.walkers import result

EXIT = {result.CLEAN: 0, result.FINDINGS: 1, result.UNREADABLE: 3}
"""Status of the command by the gravest status of a file; 2 is a wrong call."""

GRAVITY = (0, 3, 1)
"""Statuses, the mildest first."""

safety = room_group("safety", "安全检查 · what must not become public", "What must not become public.")


@safety.command()
@click.argument("target")
@as_json
@click.pass_context
def scan(context: click.Context, target: str, as_json: bool) -> None:
    """检查一个文件或数据集：0 未发现，1 有发现，3 需要人看 · examine a file, or the files of a dataset (id or name).

    Status 0 clean, 1 findings, 3 not readable; of a dataset the gravest.
    """
    path = Path(target)
    reports = [("", examination.examine(path, path.name))] if path.is_file() else list(_scan_dataset(target))
    if as_json:
        words = [messages.to_words(report) | ({"file": name} if name else {}) for name, report in reports]
        print_json(words[0] if path.is_file() else words)
    else:
        for name, report in reports:
            _print(name, report)
    context.exit(max((EXIT[report.status] for _, report in reports), key=GRAVITY.index, default=0))


def _scan_dataset(target: str) -> Iterator[tuple[str, result.Report]]:
    package = model.Package.get(target)
    if package is None:
        raise click.UsageError(f"没有这个文件或数据集 · no such file or dataset: {target}")
    for resource in package.resources:
        jobs.scan(resource.id)
        standing = verdicts.find_standing(jobs.describe(resource), examine=False)
        if standing.verdict is not None:
            yield resource.name or resource.id, result.from_dict(standing.verdict.report)


def _print(name: str, report: result.Report) -> None:
    words = messages.to_words(report)
    click.echo(" · ".join(filter(None, (name, words["status_text"], words["version"], f"{words['seconds']} s"))))
    for finding in words["findings"]:
        place = " ".join(filter(None, (finding["place"], finding["first"])))
        click.echo(f"{finding['action']} {finding['rule']} {finding['name']}: {place} ×{finding['count']}")
    for part in words["unread"]:
        click.echo(f"? {part['place']}: {part['reason_text']}")


@safety.command()
def rescan() -> None:
    """按现在的规则补查，公开的先查 · examine what the rules in force have not seen, public files first."""
    seen: set[str] = set()
    while waiting := [
        resource for resource in jobs.list_unexamined(jobs.AT_A_TIME + len(seen)) if resource not in seen
    ]:
        for resource in waiting:
            jobs.scan(resource)
        seen.update(waiting)
        click.echo(f"{len(seen)} …")
    total = len(seen)
    found = board.count("recall")
    click.echo(f"已查 · examined: {total}; 须撤下 · to come down: {found}")


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
