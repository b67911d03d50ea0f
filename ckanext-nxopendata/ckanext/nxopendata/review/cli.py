"""``ckan nx review``: what the clock does. Run ``daily`` once a day and ``release`` every few minutes."""

from __future__ import annotations

import click

from ckanext.nxopendata.core.calendar import holidays, workdays
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.review import scheduled_tasks


@nx.group(short_help="审核与发布 / review and publication")
def review() -> None:
    """Review and publication."""


@review.command()
def release() -> None:
    """到时发布已批准的数据集 / Publish what was approved for a time that has come."""
    done = scheduled_tasks.release()
    click.echo(f"已发布 {len(done)} 项 / published {len(done)}")


@review.command()
def daily() -> None:
    """提醒超期的审核和逾期的更新，每人一天一次 / Remind of late reviews and overdue updates, once a day each."""
    late, overdue = scheduled_tasks.remind()
    click.echo(f"超期审核 {late} 项，逾期未更新 {overdue} 项 / late {late}, overdue {overdue}")


@review.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--save", is_flag=True, help="从此按此表计算期限 / Use it from now on.")
def calendar(file: str, save: bool) -> None:
    """检查或启用节假日表 / Check a calendar file (day,working,name), or use it from now on."""
    try:
        found = workdays.load(file)
        if save:
            holidays.save(workdays.read_file(file))
    except workdays.CalendarError as problem:
        raise click.ClickException(f"第 {problem.line} 行应为 YYYY-MM-DD,0或1,名称 / line {problem.line}") from None
    years = sorted({day.year for day in found.exceptions})
    click.echo(f"{len(found.exceptions)} 天，年份 / days of the years: {', '.join(map(str, years))}")
