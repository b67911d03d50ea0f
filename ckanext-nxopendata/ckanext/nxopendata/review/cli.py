"""``ckan nx review``: what the clock does. Run ``daily`` once a day and ``release`` every few minutes."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import click
import sqlalchemy as sa

from ckanext.nxopendata.core import holidays, roles, scheduler, workdays
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.core.notifications import notify
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review import cases, overdue_updates, state_machine
from ckanext.nxopendata.review.models import Case


@nx.group(short_help="审核与发布 / review and publication")
def review() -> None:
    """Review and publication."""


@review.command()
def release() -> None:
    """到时发布已批准的数据集 / Publish what was approved for a time that has come."""
    name = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    user = model.User.get(name)
    done = cases.release_due(user) if user else []
    click.echo(f"已发布 {len(done)} 项 / published {len(done)}")


@review.command()
def daily() -> None:
    """提醒超过期限的审核和逾期未更新的数据集 / Remind of late reviews and overdue updates."""
    day = today()
    late = list(model.Session.scalars(sa.select(Case).where(Case.deadline < day)))
    for case in late:
        office = case.state == state_machine.PUBLISHING
        people = (
            roles.people(roles.office_id(), ("admin", "editor")) if office else roles.people(case.owner_org, ("admin",))
        )
        notify.tell(people, "late", {"title": case.title, "case": case.id, "day": str(case.deadline)})
    overdue = overdue_updates.newly_overdue(day)
    for dataset in overdue:
        people = roles.people(dataset["owner_org"], ("admin", "editor"))
        people += roles.people(roles.office_id(), ("admin", "editor"))
        params = {"title": dataset["title"], "dataset": dataset["name"], "day": dataset["due"]}
        notify.tell({person.id: person for person in people}.values(), overdue_updates.TOPIC, params)
    click.echo(f"超期审核 {len(late)} 项，逾期未更新 {len(overdue)} 项 / late {len(late)}, overdue {len(overdue)}")


@review.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--save", is_flag=True, help="从此按此表计算期限 / Use it from now on.")
def calendar(file: str, save: bool) -> None:
    """检查或启用节假日表 / Check a calendar file (day,working,name), or use it from now on."""
    try:
        found = workdays.load(file)
        if save:
            holidays.keep(workdays.text(file))
    except workdays.MalformedCalendar as problem:
        raise click.ClickException(f"第 {problem.line} 行应为 YYYY-MM-DD,0或1,名称 / line {problem.line}") from None
    years = sorted({day.year for day in found.exceptions})
    click.echo(f"{len(found.exceptions)} 天，年份 / days of the years: {', '.join(map(str, years))}")


scheduler.every("*/5 * * * *", "review release", release.callback)
scheduler.every("0 8 * * *", "review daily", daily.callback)
