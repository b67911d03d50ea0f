"""Pages of following."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf
from flask import Blueprint

from ckanext.nxopendata.core.web import act, call_action, require_login
from ckanext.nxopendata.following import queries, tokens

__all__ = ["following"]

following = Blueprint("nx_following", __name__)


def _render(name: str, **variables: Any) -> str:
    return tk.render(f"nx_following/{name}.html", variables)


@following.route("/subscribe", methods=["GET", "POST"])
def subscribe() -> Any:
    """Ask for mails about the search of this address, or about ``dataset``."""
    asked = tk.request.values
    dataset = asked.get("dataset", "")
    about = asked.get("about") or tk.request.query_string.decode("utf-8", "replace")
    values = {"email": asked.get("email", "") or getattr(tk.current_user, "email", None) or ""}
    errors: dict[str, Any] = {}
    pkg = None
    if dataset:
        try:
            pkg = call_action("package_show", id=dataset)
        except (tk.ObjectNotFound, tk.NotAuthorized):
            tk.abort(404, tk._("There is no such dataset"))
    if tk.request.method == "POST":
        try:
            call_action("nx_subscription_create", email=values["email"].strip(), query=about, dataset=dataset)
            return _render(
                "said",
                title=tk._("Please look at your mail"),
                text=tk._(
                    "A letter goes to {email}, at most one an hour. Open the address in it within seven days; "
                    "only then news will come. It leads to all that you asked for."
                ).format(email=values["email"]),
            )
        except tk.ValidationError as problem:
            errors = problem.error_dict
    words = queries.describe(queries.normalise(about)) if not dataset else []
    return _render("subscribe", values=values, errors=errors, about=about, words=words, pkg=pkg)


@following.route("/subscribe/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Any:
    """The link of the confirming mail: a button, because mail scanners open every link."""
    if tk.request.method == "GET":
        if tokens.find_confirmed(token) is None:
            return tk.abort(404, tk._("This link is not valid, or no longer. Subscribe once more if you like."))
        return _render("button", title=tk._("Confirm the subscription"), button=tk._("Confirm"))
    try:
        done = act("nx_subscription_confirm", token=token)
    except tk.ValidationError as refused:
        return tk.abort(429, " ".join(refused.error_summary.values()))
    text = tk._("From now on you will hear of news about {title}.").format(title=done["title"])
    return _render("confirmed", title=tk._("Subscribed"), text=text, waiting=done["waiting"])


@csrf.exempt
@following.route("/unsubscribe/<token>", methods=["GET", "POST"])
def leave(token: str) -> Any:
    """End a subscription. The POST comes from the page's button, or from the mail program (RFC 8058), without a
    cookie; the secret in the address is what it needs."""
    if tk.request.method == "GET":
        if tokens.find_left(token) is None:
            return tk.abort(404, tk._("This link is not valid, or no longer. Subscribe once more if you like."))
        return _render("button", title=tk._("Unsubscribe"), button=tk._("Unsubscribe"))
    try:
        done = call_action("nx_subscription_delete", token=token)
        text = tk._("You will hear no more of {title}.").format(title=done["title"])
    except tk.ObjectNotFound:
        text = tk._("This subscription had ended already.")
    except tk.ValidationError as refused:
        return tk.abort(429, " ".join(refused.error_summary.values()))
    return _render("said", title=tk._("Unsubscribed"), text=text)


@following.route("/favourites")
def favourites() -> str:
    """The reader's favourites and subscriptions."""
    require_login(tk._("Log in to see your favourites"))
    ids = call_action("nx_favourite_list")
    found: list[dict[str, Any]] = []
    if ids:
        query = {"fq": f"id:({' OR '.join(ids[:200])})", "rows": 200, "include_private": True}
        results = {one["id"]: one for one in call_action("package_search", **query)["results"]}
        found = [results[one] for one in ids if one in results]
    return _render("favourites", datasets=found, subscriptions=call_action("nx_subscription_list"))


@following.route("/favourites/<dataset_id>", methods=["POST"])
def keep(dataset_id: str) -> Any:
    """Keep a dataset, or give it up."""
    require_login(tk._("Log in to see your favourites"))
    action = "nx_favourite_delete" if tk.request.form.get("keep") == "0" else "nx_favourite_create"
    try:
        call_action(action, id=dataset_id)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, tk._("There is no such dataset"))
    return tk.redirect_to("dataset.read", id=dataset_id)


@following.route("/favourites/subscriptions/<subscription_id>/delete", methods=["POST"])
def end(subscription_id: str) -> Any:
    """End a subscription of the reader's own."""
    require_login(tk._("Log in to see your favourites"))
    act("nx_subscription_delete", id=subscription_id)
    return tk.redirect_to("nx_following.favourites")
