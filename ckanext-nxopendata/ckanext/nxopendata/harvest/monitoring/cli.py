"""``ckan nx harvest``: the timer, and whether everything is in order."""

from __future__ import annotations

import click

from ckanext.nxopendata.core import scheduler
from ckanext.nxopendata.core.cli import as_json, print_json
from ckanext.nxopendata.harvest.cli import harvest
from ckanext.nxopendata.harvest.monitoring import verify
from ckanext.nxopendata.harvest.monitoring.jobs import notify_people
from ckanext.nxopendata.harvest.runs import jobs


@harvest.command("due")
@as_json
def due_(as_json: bool) -> None:
    """Hand the sources whose schedule has come round to the workers, and set the workers' own timer going.

    The timer does the same every minute as long as one worker runs; call this once after the queue was emptied.
    """
    started, revived = jobs.start_due(), jobs.watch()
    notify_people()
    scheduler.start_timer()
    if as_json:
        print_json({"started": started, "revived": revived})
        return
    for name in started:
        click.echo(f"已排队 queued: {name}")
    for run_id in revived:
        click.echo(f"已重新排队 queued again: {run_id}")


@harvest.command("verify")
@click.option("--repair", is_flag=True, help="Index what is missing, take out what should not be there.")
@as_json
def verify_(repair: bool, as_json: bool) -> None:
    """Compare what was harvested, the database and the index. Exit status 1 if they differ."""
    difference = verify.compare()
    if repair:
        verify.repair(difference)
    names = ("missing", "surplus", "lost", "double")
    if as_json:
        differences = {name: sorted(getattr(difference, name)) for name in names}
        print_json({"datasets": difference.datasets, "faults": difference.faults, **differences})
    else:
        labels = ("索引缺 missing", "索引多 surplus", "丢失 lost", "重复 double")
        numbers = [f"{label} {len(getattr(difference, name))}" for label, name in zip(labels, names, strict=True)]
        click.echo(f"数据集 datasets {difference.datasets} · 差异 faults {difference.faults} · " + " · ".join(numbers))
    if difference.lost or difference.double or ((difference.missing or difference.surplus) and not repair):
        raise SystemExit(1)
