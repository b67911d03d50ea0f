"""``ckan nx harvest webhook`` and ``ckan nx harvest changes``."""

from __future__ import annotations

from typing import Any

import click

from ckanext.nxopendata.changes import jobs, webhooks
from ckanext.nxopendata.core.cli import as_json, call_action, print_json, room_group

harvest = room_group("harvest", "目录采集 / Harvest department catalogues", "Department catalogues to the portal.")

STATES = {"active": "启用 active", "paused": "暂停 paused", "stopped": "停止 stopped"}
DELIVERIES = {"waiting": "等待 waiting", "delivered": "送达 delivered", "failed": "失败 failed"}
KINDS = {"changed": "变更 changed", "withdrawn": "撤下 withdrawn"}


@harvest.command("changes")
@click.option("--cursor", default="", help="Of the last answer.")
@click.option("--since", default="", help="A time to begin at, ISO 8601.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@as_json
def changes_(cursor: str, since: str, limit: int, as_json: bool) -> None:
    """What changed among the public datasets; with --json the datasets too."""
    data = {"cursor": cursor, "since": since, "limit": limit, "datasets": as_json}
    answer = call_action("nx_changes_list", data)
    if as_json:
        print_json(answer)
        return
    for change in answer["changes"]:
        click.echo(f"{change['time']}\t{KINDS[change['kind']]}\t{change['name']}")
    click.echo(f"cursor {answer['cursor']}{' …' if answer['more'] else ''}", err=True)


@harvest.group(short_help="变更通知 / Webhooks")
def webhook() -> None:
    """Addresses that are told of changes of public datasets."""


def _tell(hook: dict[str, Any]) -> None:
    click.echo(f"{hook['id']}\t{STATES[hook['state']]}\t待通知 behind {hook['behind']}\t{hook['title']}\t{hook['url']}")
    if "secret" in hook:
        click.echo(f"密钥只显示这一次 the secret is shown this once:\n{hook['secret']}")


@webhook.command("create")
@click.option("--title", required=True, help="Whose it is.")
@click.option("--url", required=True, help="Takes POST requests.")
@click.option("--start", type=click.Choice(["now", "beginning"]), default="now", show_default=True)
@as_json
def create(as_json: bool, **values: str) -> None:
    """Have an address told; shows its secret, once."""
    hook = call_action("nx_webhook_create", values)
    print_json(hook) if as_json else _tell(hook)


@webhook.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the webhooks."""
    hooks = call_action("nx_webhook_list", {})
    if as_json:
        print_json(hooks)
        return
    for hook in hooks:
        _tell(hook)


@webhook.command("update")
@click.argument("webhook_id", metavar="ID")
@click.option("--title")
@click.option("--url")
@click.option("--state", type=click.Choice(["active", "paused"]))
@click.option("--renew-secret", is_flag=True, help="Make and show a new secret; the old one is void.")
@as_json
def update(webhook_id: str, as_json: bool, **values: Any) -> None:
    """Change a webhook; what is not given stays."""
    given = {name: value for name, value in values.items() if value}
    hook = call_action("nx_webhook_update", {"id": webhook_id, **given})
    print_json(hook) if as_json else _tell(hook)


@webhook.command("test")
@click.argument("webhook_id", metavar="ID")
@as_json
@click.pass_context
def test(ctx: click.Context, webhook_id: str, as_json: bool) -> None:
    """Send a message without changes. Exit status 1 if it is not taken."""
    delivery = call_action("nx_webhook_test", {"id": webhook_id})
    print_json(delivery) if as_json else _tell_delivery(delivery)
    ctx.exit(0 if delivery["state"] == "delivered" else 1)


@webhook.command("log")
@click.argument("webhook_id", metavar="ID")
@as_json
def log(webhook_id: str, as_json: bool) -> None:
    """What was sent, newest first."""
    deliveries = call_action("nx_webhook_delivery_list", {"id": webhook_id})
    if as_json:
        print_json(deliveries)
        return
    for delivery in deliveries:
        _tell_delivery(delivery)


def _tell_delivery(delivery: dict[str, Any]) -> None:
    tries = f"{delivery['changes']} 项变更 changes\t第 {delivery['attempts']} 次 tries"
    answer = f"{delivery['status'] or ''} {delivery['message']} {delivery['remedy']}".strip()
    click.echo(f"{delivery['created']}Z\t{DELIVERIES[delivery['state']]}\t{tries}\t{answer}")


@webhook.command("delete")
@click.argument("webhook_id", metavar="ID")
@as_json
def delete(webhook_id: str, as_json: bool) -> None:
    """Delete a webhook with its log."""
    call_action("nx_webhook_delete", {"id": webhook_id})
    print_json({"deleted": webhook_id}) if as_json else click.echo(f"已删除 deleted: {webhook_id}")


@webhook.command("deliver")
@as_json
def deliver(as_json: bool) -> None:
    """Deliver what is due now, in this process."""
    due = webhooks.find_due()
    for webhook_id in due:
        jobs.deliver(webhook_id)
    print_json({"served": due}) if as_json else click.echo(f"已处理 served: {len(due)}")
