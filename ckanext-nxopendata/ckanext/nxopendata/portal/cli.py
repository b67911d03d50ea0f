"""``ckan nx portal``: what the clock does for the public pages. Run ``daily`` once a day."""

from __future__ import annotations

import click

from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.portal import scheduled_tasks


@nx.group(short_help="公众页面 / the public pages")
def portal() -> None:
    """The public pages."""


@portal.command()
def daily() -> None:
    """把使用次数存入数据库，忘记旧的搜索词 / Store how often things were used; forget old search words."""
    stored, forgotten = scheduled_tasks.store_usage()
    click.echo(f"存入 {stored} 项，忘记 {forgotten} 项 / stored {stored}, forgot {forgotten}")
