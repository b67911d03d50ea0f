"""``ckan nx harvest webhook``."""

from __future__ import annotations

from typing import Any

import click

from ckanext.nxopendata.changes.webhooks import deliveries, jobs
from ckanext.nxopendata.core.cli import as_json, call_action, print_json, room_group

harvest = room_group("harvest", "目录采集 / Harvest department catalogues", "Department catalogues to the portal.")

STATES = {"active": "启用 active", "paused": "暂停 paused", "stopped": "停止 stopped"}
DELIVERIES = {"waiting": "等待 waiting", "delivered": "送达 delivered", "failed": "失败 failed"}


@harvest.group(short_help="变更通知 / Webhooks")
def webhook() -> None:
    """Addresses that are told of changes of public datasets."""


def _print_webhook(hook: dict[str, Any]) -> None:
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
    print_json(hook) if as_json else _print_webhook(hook)


@webhook.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the webhooks."""
    hooks = call_action("nx_webhook_list", {})
    if as_json:
        print_json(hooks)
        return
    for hook in hooks:
        _print_webhook(hook)


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
    print_json(hook) if as_json else _print_webhook(hook)


@webhook.command("test")
@click.argument("webhook_id", metavar="ID")
@as_json
@click.pass_context
def test(ctx: click.Context, webhook_id: str, as_json: bool) -> None:
    """Send a message without changes. Exit status 1 if it is not taken."""
    delivery = call_action("nx_webhook_test", {"id": webhook_id})
    print_json(delivery) if as_json else _print_delivery(delivery)
    ctx.exit(0 if delivery["state"] == "delivered" else 1)


@webhook.command("log")
@click.argument("webhook_id", metavar="ID")
@as_json
def log(webhook_id: str, as_json: bool) -> None:
    """What was sent, newest first."""
    rows = call_action("nx_webhook_delivery_list", {"id": webhook_id})
    if as_json:
        print_json(rows)
        return
    for delivery in rows:
        _print_delivery(delivery)


def _print_delivery(delivery: dict[str, Any]) -> None:
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
    due = deliveries.find_due()
    for webhook_id in due:
        jobs.deliver(webhook_id)
    print_json({"served": due}) if as_json else click.echo(f"已处理 served: {len(due)}")
