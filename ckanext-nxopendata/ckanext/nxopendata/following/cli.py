"""``ckan nx following``: the mails. Run ``send`` once a day, or as often as readers want to hear."""

from __future__ import annotations

import click

from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.core.language import site_language
from ckanext.nxopendata.following import jobs


@nx.group(short_help="收藏与订阅 / favourites and subscriptions")
def following() -> None:
    """Favourites and subscriptions."""


@following.command()
def send() -> None:
    """给订阅者发送更新邮件 / Mail subscribers what is new."""
    with site_language():
        counts = jobs.send_due()
    zh = "已发送 {sent}，待重发 {waiting}，无更新 {quiet}，失败 {failed}，清除未确认 {forgotten}"
    en = "sent {sent}, to be sent again {waiting}, nothing new {quiet}, failed {failed}, forgotten {forgotten}"
    click.echo(zh.format(**counts))
    click.echo(en.format(**counts))
