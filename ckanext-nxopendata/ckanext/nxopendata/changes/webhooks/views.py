"""Pages of the webhooks, for the supervising office."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act, require_login

nx_webhooks = Blueprint("nx_webhooks", __name__, url_prefix="/harvest/webhooks")

nx_webhooks.before_request(lambda: require_login(tk._("Webhooks are for the supervising office")))

EMPTY = {"title": "", "url": "", "start": "now"}


def _typed() -> dict[str, str]:
    return {name: tk.request.form.get(name, "") for name in EMPTY}


@nx_webhooks.route("/")
def index(errors: dict[str, Any] | None = None, typed: dict[str, str] | None = None) -> str:
    """The webhooks, and a form for another."""
    hooks = act("nx_webhook_list")
    return tk.render("nx_webhooks/index.html", {"hooks": hooks, "errors": errors or {}, "typed": typed or EMPTY})


@nx_webhooks.route("/", methods=["POST"])
def create() -> Any:
    """Make one, and show its secret this once."""
    try:
        hook = act("nx_webhook_create", **_typed())
    except tk.ValidationError as error:
        return index(error.error_dict, _typed())
    return _page(hook["id"], secret=hook["secret"])


@nx_webhooks.route("/<webhook_id>")
def show(webhook_id: str) -> str:
    """A webhook and what was sent to it."""
    return _page(webhook_id)


@nx_webhooks.route("/<webhook_id>", methods=["POST"])
def change(webhook_id: str) -> Any:
    """What the page's buttons do: ``save``, ``pause``, ``activate``, ``renew``, ``test``."""
    todo = tk.request.form.get("todo")
    if todo == "test":
        sent = act("nx_webhook_test", id=webhook_id)
        if sent["state"] == "delivered":
            tk.h.flash_success(tk._("The test message was taken ({status})").format(status=sent["status"]))
        else:
            tk.h.flash_error(f"{sent['message']} {sent['remedy']}", allow_html=False)
        return tk.redirect_to("nx_webhooks.show", webhook_id=webhook_id)
    values: dict[str, dict[str, Any]] = {
        "save": {name: value for name, value in _typed().items() if name != "start"},
        "pause": {"state": "paused"},
        "activate": {"state": "active"},
        "renew": {"renew_secret": True},
    }
    if todo not in values:
        return tk.abort(400, tk._("There is no such step"))
    try:
        hook = act("nx_webhook_update", id=webhook_id, **values[todo])
    except tk.ValidationError as error:
        return _page(webhook_id, errors=error.error_dict, typed=_typed())
    if "secret" in hook:
        return _page(webhook_id, secret=hook["secret"])
    return tk.redirect_to("nx_webhooks.show", webhook_id=webhook_id)


@nx_webhooks.route("/<webhook_id>/delete", methods=["GET", "POST"])
def delete(webhook_id: str) -> Any:
    """Ask, then delete."""
    hook = act("nx_webhook_show", id=webhook_id)
    if tk.request.method == "GET":
        return tk.render("nx_webhooks/delete.html", {"hook": hook})
    act("nx_webhook_delete", id=webhook_id)
    tk.h.flash_success(tk._("The webhook was deleted"))
    return tk.redirect_to("nx_webhooks.index")


def _page(webhook_id: str, **more: Any) -> str:
    hook = act("nx_webhook_show", id=webhook_id)
    extra = {"hook": hook, "deliveries": act("nx_webhook_delivery_list", id=webhook_id)}
    return tk.render("nx_webhooks/show.html", {"errors": {}, "typed": hook, "secret": "", **extra, **more})
