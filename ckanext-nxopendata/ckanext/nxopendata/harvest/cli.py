"""``ckan nx harvest``: sources and runs from the command line."""

from __future__ import annotations

import sys
import time
from typing import Any

import click
from ckan import model

from ckanext.nxopendata.core import scheduler
from ckanext.nxopendata.core.cli import as_json, call_action, nx, print_json
from ckanext.nxopendata.harvest import messages
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.monitoring import notices, verify
from ckanext.nxopendata.harvest.planning import decisions
from ckanext.nxopendata.harvest.runs import jobs
from ckanext.nxopendata.harvest.runs.apply import SOURCE_CHANGE
from ckanext.nxopendata.harvest.sources import credentials, settings

STAGES = {"plan": "读取并比对 · reading", "apply": "写入并索引 · writing"}
KINDS = {
    "create": "新增 created",
    "update": "更新 updated",
    "unchanged": "未变 unchanged",
    "withdraw": "撤下 withdrawn",
    "restore": "恢复 restored",
    "refused": "拒收 refused",
    "duplicate": "重复 duplicate",
}
RUN_STATES = {
    "done": "完成 done",
    "held": "待人工确认 held",
    "failed": "失败 failed",
    "cancelled": "已取消 cancelled",
    "refused": "已拒绝 refused",
    "undoing": "撤销中 undoing",
    "undone": "已撤销 undone",
    "pending": "排队中 pending",
    "planning": "读取中 planning",
    "applying": "写入中 applying",
    "paused": "已暂停 paused",
}
EXIT = {"failed": 1, "held": 2}
"""State of a run -> exit status; 0 for the others."""


@nx.group(short_help="目录采集 / Harvest department catalogues")
def harvest() -> None:
    """Department catalogues to the portal."""


def _call(name: str, data: dict[str, Any], **context: Any) -> Any:
    """Run an action as the site's own user; what goes wrong in a harvest becomes a line, too."""
    try:
        return call_action(name, data, **context)
    except HarvestError as error:
        text = f"{messages.sentence(error.code, error.params)} {messages.remedy(error.code, error.params)}"
        raise click.ClickException(text) from None


class _Progress:
    """A bar on a terminal, now and then a plain line elsewhere; silent with --json."""

    def __init__(self, silent: bool) -> None:
        self._silent = silent
        self._bar: Any = None
        self._stage = ""
        self._told = 0.0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if self._silent:
            return
        if sys.stderr.isatty() and total:
            if stage != self._stage or self._bar is None:
                self.close()
                self._bar = click.progressbar(length=total, label=STAGES[stage], file=sys.stderr)
                self._bar.render_progress()
            self._bar.update(done - self._bar.pos)
        elif time.monotonic() - self._told > 2:
            self._told = time.monotonic()
            click.echo(f"{STAGES[stage]}: {done}{f' / {total}' if total else ''}", err=True)
        self._stage = stage

    def close(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None


@harvest.command("run")
@click.argument("source_name", metavar="SOURCE")
@click.option("--queue", is_flag=True, help="Hand the run to the workers instead.")
@as_json
@click.pass_context
def run_(ctx: click.Context, source_name: str, queue: bool, as_json: bool) -> None:
    """Harvest SOURCE now and tell what came of it. Exit status 1 if the run failed, 2 if it is held."""
    if queue:
        run = _call("nx_harvest_run_create", {"source_id": source_name, "queue": True})
        print_json(run) if as_json else click.echo(f"已排队 queued: {run['id']}")
        return
    progress = _Progress(as_json)
    try:
        run = _call("nx_harvest_run_create", {"source_id": source_name}, progress=progress)
    finally:
        progress.close()
    problems = _call("nx_harvest_problem_list", {"run_id": run["id"], "limit": 10_000})
    if as_json:
        print_json(run | {"problems": problems["problems"]})
    else:
        _summary(source_name, run, problems)
    ctx.exit(EXIT.get(run["state"], 0))


@harvest.command("due")
@as_json
def due_(as_json: bool) -> None:
    """Hand the sources whose schedule has come round to the workers, and set the workers' own timer going.

    The timer does the same every minute as long as one worker runs; call this once after the queue was emptied.
    """
    started, revived = jobs.start_due(), jobs.watch()
    notices.tell()
    scheduler.start_timer()
    if as_json:
        print_json({"started": started, "revived": revived})
        return
    for name in started:
        click.echo(f"已排队 queued: {name}")
    for run_id in revived:
        click.echo(f"已重新排队 queued again: {run_id}")


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
        number = settings.reseal_credentials()
    except HarvestError as error:
        raise click.ClickException(messages.sentence(error.code, error.params)) from None
    print_json({"sources": number}) if as_json else click.echo(f"已重新加密 encrypted anew: {number}")


@harvest.command("verify")
@click.option("--repair", is_flag=True, help="Index what is missing, take out what should not be there.")
@as_json
def verify_(repair: bool, as_json: bool) -> None:
    """Compare what was harvested, the database and the index. Exit status 1 if they differ."""
    found = verify.compare()
    if repair:
        verify.repair(found)
    names = ("missing", "surplus", "lost", "double")
    if as_json:
        differences = {name: sorted(getattr(found, name)) for name in names}
        print_json({"datasets": found.datasets, "faults": found.faults, **differences})
    else:
        labels = ("索引缺 missing", "索引多 surplus", "丢失 lost", "重复 double")
        numbers = [f"{label} {len(getattr(found, name))}" for label, name in zip(labels, names, strict=True)]
        click.echo(f"数据集 datasets {found.datasets} · 差异 faults {found.faults} · " + " · ".join(numbers))
    if found.lost or found.double or ((found.missing or found.surplus) and not repair):
        raise SystemExit(1)


@harvest.command("show")
@click.argument("run_id", metavar="RUN")
@click.option("--wait", is_flag=True, help="Follow the run until nothing happens any more by itself.")
@as_json
@click.pass_context
def show_(ctx: click.Context, run_id: str, wait: bool, as_json: bool) -> None:
    """Show where RUN stands and what came of it. Exit status 1 if it failed, 2 if it is held."""
    run = _call("nx_harvest_run_show", {"id": run_id})
    progress = _Progress(as_json)
    try:
        while wait and run["state"] in ("pending", "planning", "applying", "undoing"):
            if run["state"] == "applying":
                progress("apply", run["progress"]["done"], run["progress"]["total"])
            else:
                progress("plan", sum(run["counts"].values()), None)
            time.sleep(1)
            model.Session.remove()
            run = _call("nx_harvest_run_show", {"id": run_id})
    finally:
        progress.close()
    source = _call("nx_harvest_source_show", {"id": run["source_id"]})
    print_json(run) if as_json else _summary(source["name"], run, run)
    ctx.exit(EXIT.get(run["state"], 0))


@harvest.command("problems")
@click.argument("run_id", metavar="RUN")
@as_json
def problems_(run_id: str, as_json: bool) -> None:
    """List all problems of RUN: what is wrong, where, and what to do about it."""
    problems, count = [], 1
    while len(problems) < count:
        found = _call("nx_harvest_problem_list", {"run_id": run_id, "offset": len(problems), "limit": 10_000})
        count = found["count"]
        problems += found["problems"]
    print_json({"count": count, "problems": problems}) if as_json else _tell_problems(problems)


@harvest.command("plan")
@click.argument("run_id", metavar="RUN")
@click.option("--kind", default="", help="Only steps of this kind.")
@as_json
def plan_(run_id: str, kind: str, as_json: bool) -> None:
    """Show what RUN would do, or did."""
    found = _call("nx_harvest_run_plan", {"id": run_id, "kind": kind, "limit": 1000})
    if as_json:
        print_json(found)
        return
    for entry in found["entries"]:
        fields = ", ".join(_change(change) for change in entry["changes"])
        click.echo(f"{KINDS[entry['kind']]}\t{entry['state']}\t{entry['guid']}\t{entry['title']}\t{fields}")
    if found["count"] > len(found["entries"]):
        click.echo(f"… {found['count']} 步 steps", err=True)


def _change(change: dict[str, Any]) -> str:
    if change["field"] == SOURCE_CHANGE:
        return f"来源 source: {change['old'] or '–'} → {change['new']}"
    return change["field"]


def _decision(name: str, doc: str) -> None:
    @harvest.command(name, help=doc)
    @click.argument("run_id", metavar="RUN")
    @as_json
    def command(run_id: str, as_json: bool) -> None:
        run = _call(f"nx_harvest_run_{name}", {"id": run_id})
        print_json(run) if as_json else click.echo(f"{run['id']}: {RUN_STATES.get(run['state'], run['state'])}")


_decision("approve", "Carry out RUN, which waits because it would withdraw many datasets.")
_decision("refuse", "Drop the plan of RUN, which waits.")
_decision("cancel", "Stop RUN after the chunk it is at.")
_decision("pause", "Stop RUN after the chunks that are being written, until it is resumed.")
_decision("resume", "Let RUN, which is paused, go on by the workers.")
_decision("undo", "Bring the datasets of RUN back to what they were before it; goes on with an undoing that stopped.")


def _summary(source_name: str, run: dict[str, Any], problems: dict[str, Any]) -> None:
    seconds = sum(run["stages"].values())
    click.echo(f"{source_name}: {RUN_STATES.get(run['state'], run['state'])} ({seconds:.1f} s) {run['id']}")
    counts = [f"{KINDS[kind]} {run['counts'][kind]}" for kind in decisions.KINDS if run["counts"].get(kind)]
    click.echo("  " + (" · ".join(counts) or "没有数据集 no datasets"))
    if run["doubts"]:
        reasons = "; ".join(messages.sentence(code, {}) for code in run["doubts"])
        click.echo(f"  未证明目录完整，不撤下任何数据集 nothing withdrawn: {reasons}")
    _tell_problems(problems["problems"])


def _tell_problems(problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        mark = "✗" if problem["refuses"] else "!"
        where = problem["guid"] or problem["position"]
        click.echo(f"  {mark} {where} {problem['field']}: {problem['message']} {problem['remedy']}")
