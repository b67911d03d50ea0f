"""Commands: ``ckan nx tables …``."""

from __future__ import annotations

import click
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.tables import jobs
from ckanext.nxopendata.tables.models import State
from ckanext.nxopendata.tables.profiles import recording

AT_ONCE = 200


@nx.group(short_help="数据表 · tables made of files")
def tables() -> None:
    """Tables made of files."""


@tables.command()
@click.option("--all", "force", is_flag=True, help="没有变化的也重新装载 · load again what has not changed, too")
def sync(force: bool) -> None:
    """补上缺的数据表，删去多余的 · load what is missing or changed, drop what is gone."""
    known = set(model.Session.scalars(sa.select(State.dataset_id)))
    wanted = sorted(known | set(model.Session.scalars(sa.select(model.Package.id))))
    total = {"loaded": 0, "queued": 0, "dropped": 0, "kept": 0}
    for start in range(0, len(wanted), AT_ONCE):
        for key, number in jobs.sync(wanted[start : start + AT_ONCE], force=force).items():
            total[key] += number
    recording.sweep()
    click.echo(
        f"已装载 loaded {total['loaded']} · 待装载 queued {total['queued']} · "
        f"已删除 dropped {total['dropped']} · 不变 kept {total['kept']}"
    )


@tables.command()
@click.argument("resource_id")
def load(resource_id: str) -> None:
    """立即装载一个文件 · load one file now."""
    jobs.load(resource_id)
    state = model.Session.get(State, resource_id, populate_existing=True)
    click.echo(f"{state.state} {state.code} {state.rows}" if state else "不成为数据表 · becomes no table")
