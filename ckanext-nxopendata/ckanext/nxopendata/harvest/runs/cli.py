"""``ckan nx harvest``: runs and what came of them."""

from __future__ import annotations

import sys
import time
from typing import Any

import click
from ckan import model

from ckanext.nxopendata.core.cli import as_json, print_json
from ckanext.nxopendata.harvest import doubts
from ckanext.nxopendata.harvest.cli import KINDS, call_harvest_action, harvest
from ckanext.nxopendata.harvest.planning import decisions

STAGES = {"plan": "读取并比对 · reading", "apply": "写入并索引 · writing"}
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


class _Progress:
    """A bar on a terminal, now and then a plain line elsewhere; silent with --json."""

    def __init__(self, silent: bool) -> None:
        self._silent = silent
        self._bar: Any = None
        self._stage = ""
        self._printed = 0.0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if self._silent:
            return
        if sys.stderr.isatty() and total:
            if stage != self._stage or self._bar is None:
                self.close()
                self._bar = click.progressbar(length=total, label=STAGES[stage], file=sys.stderr)
                self._bar.render_progress()
            self._bar.update(done - self._bar.pos)
        elif time.monotonic() - self._printed > 2:
            self._printed = time.monotonic()
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
        run = call_harvest_action("nx_harvest_run_create", {"source_id": source_name, "queue": True})
        print_json(run) if as_json else click.echo(f"已排队 queued: {run['id']}")
        return
    progress = _Progress(as_json)
    try:
        run = call_harvest_action("nx_harvest_run_create", {"source_id": source_name}, progress=progress)
    finally:
        progress.close()
    problems = call_harvest_action("nx_harvest_problem_list", {"run_id": run["id"], "limit": 10_000})
    if as_json:
        print_json(run | {"problems": problems["problems"]})
    else:
        _print_summary(source_name, run, problems)
    ctx.exit(EXIT.get(run["state"], 0))


@harvest.command("show")
@click.argument("run_id", metavar="RUN")
@click.option("--wait", is_flag=True, help="Follow the run until nothing happens any more by itself.")
@as_json
@click.pass_context
def show_(ctx: click.Context, run_id: str, wait: bool, as_json: bool) -> None:
    """Show where RUN stands and what came of it. Exit status 1 if it failed, 2 if it is held."""
    run = call_harvest_action("nx_harvest_run_show", {"id": run_id})
    progress = _Progress(as_json)
    try:
        while wait and run["state"] in ("pending", "planning", "applying", "undoing"):
            if run["state"] == "applying":
                progress("apply", run["progress"]["done"], run["progress"]["total"])
            else:
                progress("plan", sum(run["counts"].values()), None)
            time.sleep(1)
            model.Session.remove()
            run = call_harvest_action("nx_harvest_run_show", {"id": run_id})
    finally:
        progress.close()
    source = call_harvest_action("nx_harvest_source_show", {"id": run["source_id"]})
    print_json(run) if as_json else _print_summary(source["name"], run, run)
    ctx.exit(EXIT.get(run["state"], 0))


@harvest.command("problems")
@click.argument("run_id", metavar="RUN")
@as_json
def problems_(run_id: str, as_json: bool) -> None:
    """List all problems of RUN: what is wrong, where, and what to do about it."""
    problems, count = [], 1
    while len(problems) < count:
        page = call_harvest_action(
            "nx_harvest_problem_list", {"run_id": run_id, "offset": len(problems), "limit": 10_000}
        )
        count = page["count"]
        problems += page["problems"]
    print_json({"count": count, "problems": problems}) if as_json else _print_problems(problems)


@harvest.command("plan")
@click.argument("run_id", metavar="RUN")
@click.option("--kind", default="", help="Only steps of this kind.")
@as_json
def plan_(run_id: str, kind: str, as_json: bool) -> None:
    """Show what RUN would do, or did."""
    plan = call_harvest_action("nx_harvest_run_plan", {"id": run_id, "kind": kind, "limit": 1000})
    if as_json:
        print_json(plan)
        return
    for entry in plan["entries"]:
        fields = ", ".join(_describe_change(change) for change in entry["changes"])
        click.echo(f"{KINDS[entry['kind']]}\t{entry['state']}\t{entry['guid']}\t{entry['title']}\t{fields}")
    if plan["count"] > len(plan["entries"]):
        click.echo(f"… {plan['count']} 步 steps", err=True)


def _describe_change(change: dict[str, Any]) -> str:
    if change["field"] == decisions.SOURCE_CHANGE:
        return f"来源 source: {change['old'] or '–'} → {change['new']}"
    return change["field"]


def _add_decision(name: str, doc: str) -> None:
    @harvest.command(name, help=doc)
    @click.argument("run_id", metavar="RUN")
    @as_json
    def command(run_id: str, as_json: bool) -> None:
        run = call_harvest_action(f"nx_harvest_run_{name}", {"id": run_id})
        print_json(run) if as_json else click.echo(f"{run['id']}: {RUN_STATES.get(run['state'], run['state'])}")


_add_decision("approve", "Carry out RUN, which waits because it would withdraw many datasets.")
_add_decision("refuse", "Drop the plan of RUN, which waits.")
_add_decision("cancel", "Stop RUN after the chunk it is at.")
_add_decision("pause", "Stop RUN after the chunks that are being written, until it is resumed.")
_add_decision("resume", "Let RUN, which is paused, go on by the workers.")
_add_decision(
    "undo", "Bring the datasets of RUN back to what they were before it; goes on with an undoing that stopped."
)


def _print_summary(source_name: str, run: dict[str, Any], problems: dict[str, Any]) -> None:
    seconds = sum(run["stages"].values())
    click.echo(f"{source_name}: {RUN_STATES.get(run['state'], run['state'])} ({seconds:.1f} s) {run['id']}")
    counts = [f"{KINDS[kind]} {run['counts'][kind]}" for kind in decisions.KINDS if run["counts"].get(kind)]
    click.echo("  " + (" · ".join(counts) or "没有数据集 no datasets"))
    if run["doubts"]:
        reasons = "; ".join(doubts.sentence(code) for code in run["doubts"])
        click.echo(f"  未证明目录完整，不撤下任何数据集 nothing withdrawn: {reasons}")
    _print_problems(problems["problems"])


def _print_problems(problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        mark = "✗" if problem["refuses"] else "!"
        where = problem["guid"] or problem["position"]
        click.echo(f"  {mark} {where} {problem['field']}: {problem['message']} {problem['remedy']}")
