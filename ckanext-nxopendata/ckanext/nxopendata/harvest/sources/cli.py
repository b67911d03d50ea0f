"""``ckan nx harvest source``: the catalogues that are harvested, and the keys of their credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import yaml
from ckan import model

from ckanext.nxopendata.core.cli import as_json, print_json
from ckanext.nxopendata.harvest import messages
from ckanext.nxopendata.harvest.cli import KINDS, call_harvest_action, harvest
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.settings import credentials
from ckanext.nxopendata.harvest.settings.source_settings import reseal_credentials


@harvest.group(short_help="采集源 / Sources")
def source() -> None:
    """The catalogues that are harvested."""


OPTIONS: tuple[Callable[..., Any], ...] = (
    click.option("--title", help="What people call it."),
    click.option("--url", help="Address of the catalogue."),
    click.option("--format", "format_", help="auto, or the name of a format.  [default: auto]"),
    click.option("--organization", help="Name or id of the department."),
    click.option(
        "--department",
        "departments",
        multiple=True,
        metavar="NAME",
        help="A further department whose datasets the catalogue holds; repeatable.",
    ),
    click.option("--files", type=click.Choice(["link", "mirror"]), help="Leave the files there, or copy them."),
    click.option("--licence", help="Licence of records that name none."),
    click.option("--schedule", help="Cron expression by China's clock."),
    click.option("--priority", type=int, help="The lower number goes first.  [default: 100]"),
    click.option("--trust", type=click.Choice(["normal", "review"]), help="review: a person approves every run."),
    click.option("--state", type=click.Choice(["active", "paused"])),
    click.option(
        "--limit",
        "limits",
        multiple=True,
        type=(str, int),
        metavar="NAME NUMBER",
        help="A limit of this source; repeatable.",
    ),
    click.option(
        "--mapping", type=click.File(), help="File with what differs from the format's mapping, as YAML or JSON."
    ),
    click.option("--options", type=click.File(), help="File with settings of the format, as YAML or JSON."),
    click.option(
        "--credentials",
        type=click.File(),
        help="File with the credentials as JSON, - for standard input; kept encrypted.",
    ),
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a source to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def _given_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a source that were given."""
    data = {name: value for name, value in values.items() if value not in (None, ())}
    if "format_" in data:
        data["format"] = data.pop("format_")
    if "limits" in data:
        data["limits"] = dict(data["limits"])
    if "departments" in data:
        data["departments"] = list(data["departments"])
    for name in ("mapping", "options", "credentials"):
        if name in data:
            try:
                data[name] = yaml.safe_load(data[name].read())
            except yaml.YAMLError as error:
                raise click.ClickException(f"--{name}: {error}") from None
    return data


@source.command("create")
@click.option("--name", required=True, help="Lower-case letters, digits, - and _.")
@source_options
@click.option("--update", is_flag=True, help="Change the source if it exists.")
@as_json
def source_create(name: str, update: bool, as_json: bool, **values: Any) -> None:
    """Create a source; with --update make it so, whether it exists or not."""
    data = {"name": name, **_given_fields(values)}
    exists = update and name in {entry["name"] for entry in call_harvest_action("nx_harvest_source_list", {})}
    action = "nx_harvest_source_update" if exists else "nx_harvest_source_create"
    result = call_harvest_action(action, {**data, "id": name} if exists else data)
    if as_json:
        print_json(result)
    else:
        click.echo(f"{'已更新 updated' if exists else '已创建 created'}: {result['name']} <{result['url']}>")


@source.command("update")
@click.argument("name")
@source_options
@as_json
def source_update(name: str, as_json: bool, **values: Any) -> None:
    """Change a source; what is not given stays."""
    result = call_harvest_action("nx_harvest_source_update", {"id": name, **_given_fields(values)})
    print_json(result) if as_json else click.echo(f"已更新 updated: {result['name']} <{result['url']}>")


@source.command("show")
@click.argument("name")
@as_json
def source_show(name: str, as_json: bool) -> None:
    """Show a source; of its credentials only their kind."""
    source = call_harvest_action("nx_harvest_source_show", {"id": name})
    if as_json:
        print_json(source)
        return
    for key, value in source.items():
        if key != "last_run" and value not in (None, "", [], {}):
            click.echo(f"{key}\t{value}")


@source.command("test")
@click.argument("name", required=False)
@source_options
@click.option("--records", type=click.IntRange(1, 100), default=20, show_default=True, help="Records that are read.")
@as_json
@click.pass_context
def source_test(ctx: click.Context, name: str | None, records: int, as_json: bool, **values: Any) -> None:
    """Try a source, saved (NAME) or not (--url, --organization): what would come of its first records.

    Keeps nothing. Exit status 1 if it cannot be read, 2 if a record would be refused.
    """
    data = _given_fields(values) | ({"id": name} if name else {}) | {"limit": records}
    report = call_harvest_action("nx_harvest_source_test", data)
    print_json(report) if as_json else _print_report(report)
    refused = report["counts"].get("refused", 0)
    ctx.exit(0 if report["ok"] and not refused else 2 if report["ok"] else 1)


def _print_report(report: dict[str, Any]) -> None:
    how = "自动识别 detected" if report["detected"] else "指定 given"
    click.echo(f"{report['url']}\n  格式 format: {report['format'] or '?'} ({how}) · {report['seconds']} s")
    total = "" if report["declared_total"] is None else f" / {report['declared_total']}"
    click.echo(f"  读取 read: {report['records']}{total} · {report['pages']} 页 pages")
    complete = {True: "完整 yes", False: "否 no", None: "只读了样本，未知 a sample only, unknown"}[report["complete"]]
    click.echo(f"  目录完整 complete: {complete}")
    for issue in report["doubts"]:
        click.echo(f"    - {issue['message']}")
    counts = [f"{KINDS[kind]} {number}" for kind, number in report["counts"].items()]
    click.echo("  " + (" · ".join(counts) or "没有数据集 no datasets"))
    for entry in report["datasets"]:
        mark = "✗" if entry["kind"] == "refused" else "✓"
        files = len(entry["dataset"].get("resources", ()))
        click.echo(f"  {mark} {entry['title'] or entry['guid'] or entry['position']} ({files} 个文件 files)")
        for problem in entry["problems"]:
            click.echo(f"      {problem['field']}: {problem['message']} {problem['remedy']}")
    for problem in report["problems"]:
        click.echo(f"  ✗ {problem['message']} {problem['remedy']}")
    if report["unused"]:
        names = "、".join(f"{name} ({number})" for name, number in report["unused"].items())
        click.echo(f"  来源里有、平台没有取用的 not taken: {names}")


@source.command("list")
@as_json
def source_list(as_json: bool) -> None:
    """List the sources with their last runs."""
    sources = call_harvest_action("nx_harvest_source_list", {})
    if as_json:
        print_json(sources)
        return
    for entry in sources:
        last = entry["last_run"]
        state = f"{last['state']} {last['created'][:16]}Z" if last else "从未采集 never harvested"
        click.echo(f"{entry['name']}\t{entry['format']}\t{entry['organization']}\t{state}\t{entry['title']}")


@source.command("delete")
@click.argument("name")
@as_json
def source_delete(name: str, as_json: bool) -> None:
    """Delete a source; its datasets stay."""
    call_harvest_action("nx_harvest_source_delete", {"id": name})
    print_json({"deleted": name}) if as_json else click.echo(f"已删除 deleted: {name}")


@harvest.command("key")
@as_json
def key_(as_json: bool) -> None:
    """Print a new key for ckanext.nxopendata.harvest.credentials_keys."""
    key = credentials.new_key()
    print_json({"key": key}) if as_json else click.echo(key)


@harvest.command("rekey")
@as_json
def rekey_(as_json: bool) -> None:
    """Encrypt the credentials of all sources under the first key; the others can be removed then."""
    try:
        number = reseal_credentials()
        model.Session.commit()
    except HarvestError as error:
        raise click.ClickException(messages.sentence(error.code, error.params)) from None
    print_json({"sources": number}) if as_json else click.echo(f"已重新加密 encrypted anew: {number}")
