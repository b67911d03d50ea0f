"""``ckan nx portal``: what the clock does for the public pages. Run ``daily`` once a day."""

from __future__ import annotations

import datetime as dt

import click

from ckanext.nxopendata.core import scheduler
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.portal.usage import usage_store
from ckanext.nxopendata.search import popularity


@nx.group(short_help="公众页面 / the public pages")
def portal() -> None:
    """The public pages."""


@portal.command()
def daily() -> None:
    """把使用次数存入数据库，忘记旧的搜索词 / Store how often things were used; forget old search words."""
    stored = usage_store.flush()
    popularity.publish(usage_store.views())
    forgotten = usage_store.forget(usage_store.today() - dt.timedelta(days=usage_store.SEARCH_DAYS))
    click.echo(f"存入 {stored} 项，忘记 {forgotten} 项 / stored {stored}, forgot {forgotten}")


scheduler.every("40 0 * * *", "portal daily", daily.callback)
