"""Actions of following: favourites, and subscriptions by e-mail."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import rate_limit
from ckanext.nxopendata.core.after_commit import call_after_commit
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.following import events, jobs, mails, queries, schema, tokens
from ckanext.nxopendata.following.models import Favourite, Subscription

MOST_OF_AN_ADDRESS = 50

ASKED = Limit("subscribe", 10)
"""By one reader."""

LETTERS = Limit("confirming letter", 1)
"""To one mailbox, whoever asks for them."""

LINKS = Limit("forged link", 100)
"""By one reader; links that are good are not counted, mail programs of many people open them from one address."""


@validate(schema.dataset)
def nx_favourite_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep a dataset among your favourites.

    :param id: the dataset, id or name
    """
    tk.check_access("nx_favourite_create", context, data_dict)
    user, dataset = _user(context), _dataset(context, data_dict["id"])
    if model.Session.get(Favourite, (user.id, dataset.id)) is None:
        model.Session.add(Favourite(user_id=user.id, dataset_id=dataset.id))
        model.Session.commit()
    return {"dataset_id": dataset.id}


@validate(schema.dataset)
def nx_favourite_delete(context: Context, data_dict: DataDict) -> None:
    """Take a dataset out of your favourites.

    :param id: the dataset, id or name
    """
    tk.check_access("nx_favourite_delete", context, data_dict)
    dataset = model.Package.get(data_dict["id"])
    row = model.Session.get(Favourite, (_user(context).id, dataset.id if dataset else data_dict["id"]))
    if row is not None:
        model.Session.delete(row)
        model.Session.commit()


@tk.side_effect_free
def nx_favourite_list(context: Context, data_dict: DataDict) -> list[str]:
    """The ids of your favourite datasets, the newest first."""
    tk.check_access("nx_favourite_list", context, data_dict)
    query = (
        sa.select(Favourite.dataset_id)
        .where(Favourite.user_id == _user(context).id)
        .order_by(Favourite.created.desc(), Favourite.dataset_id)
    )
    return list(model.Session.scalars(query))


@validate(schema.event)
def nx_subscription_notify(context: Context, data_dict: DataDict) -> None:
    """Tell those who follow a dataset that its files are withheld, or served again. For rooms of this site.

    Who has an account gets a notice, each confirmed subscription a letter.

    :param dataset: id of the dataset, which is public
    :param event: ``withheld`` or ``served``
    :param but: ids of users who are not told (optional)
    :type but: list of strings
    """
    tk.check_access("nx_subscription_notify", context, data_dict)
    package = model.Package.get(data_dict["dataset"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    if package.private or package.state != model.State.ACTIVE:
        return
    events.leave_notices(package, data_dict["event"], data_dict["but"])
    call_after_commit(jobs.enqueue_event, package.id, data_dict["event"], data_dict["but"])
    if not context.get("defer_commit"):
        model.Session.commit()


@validate(schema.subscription)
def nx_subscription_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask for mails about a search or a dataset. Nothing is sent before the address confirmed.

    A reader may ask ten times an hour; a mailbox gets at most one letter an hour that asks to confirm. The letter
    holds a link for one subscription, whose page offers the others that wait.

    :param email: the address
    :param query: the query string of a result page, such as ``q=人口&nx_region=640100`` (or ``dataset``)
    :param dataset: a dataset, id or name (or ``query``)

    :returns: ``{"confirm": True}``, whether or not the address had asked before
    """
    tk.check_access("nx_subscription_create", context, data_dict)
    ASKED.check_reader("email")
    user = model.User.get(context.get("user") or "")
    wanted: dict[str, Any] = {"email": data_dict["email"].lower(), "query": "", "dataset_id": None}
    if data_dict.get("dataset"):
        wanted["dataset_id"] = _dataset(context, data_dict["dataset"]).id
    else:
        wanted["query"] = queries.normalise(data_dict.get("query") or "")
    same = model.Session.query(Subscription).filter_by(email=wanted["email"])
    row = same.filter_by(query=wanted["query"], dataset_id=wanted["dataset_id"]).first()
    if row is None:
        if same.count() >= MOST_OF_AN_ADDRESS:
            # Only who asked for them learns that an address has so many.
            if user and same.filter_by(user_id=user.id).count() >= MOST_OF_AN_ADDRESS:
                message = tk._("This address has {number} subscriptions already").format(number=MOST_OF_AN_ADDRESS)
                raise tk.ValidationError({"email": [message]})
            return {"confirm": True}
        row = Subscription(**wanted, user_id=user.id if user else None, language=reader_language())
        model.Session.add(row)
        model.Session.commit()
    # A confirmed subscription counts too: the next answer to this address may not tell that there was one.
    may_write = LETTERS.allows(rate_limit.mailbox(row.email))
    if may_write and not row.confirmed:
        tk.enqueue_job(mails.ask_to_confirm, [row.id], title="nx: confirm subscription")
    return {"confirm": True}


@validate(schema.token)
def nx_subscription_confirm(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Confirm a subscription.

    :param token: the secret of the mail

    :returns: its ``title``, and ``waiting``: ``title`` and ``token`` of the others of this address to be confirmed
    """
    tk.check_access("nx_subscription_confirm", context, data_dict)
    row = _by(tokens.find_confirmed(data_dict["token"]))
    if not row.confirmed:
        row.confirmed = row.seen = utc_now()
        model.Session.commit()
    others = model.Session.query(Subscription).filter_by(email=row.email, confirmed=None).order_by(Subscription.created)
    waiting = [{"title": mails.describe_subscription(other), "token": tokens.to_confirm(other.id)} for other in others]
    return {"title": mails.describe_subscription(row), "waiting": waiting}


@validate(schema.unsubscription)
def nx_subscription_delete(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End a subscription: by the secret of a mail, or one of your own.

    :param token: the secret of a mail (or ``id``)
    :param id: a subscription of yours (or ``token``)
    """
    tk.check_access("nx_subscription_delete", context, data_dict)
    token = data_dict.get("token")
    row = _by(tokens.find_left(token) if token else data_dict.get("id"))
    title = mails.describe_subscription(row)
    model.Session.delete(row)
    model.Session.commit()
    return {"title": title}


@tk.side_effect_free
def nx_subscription_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Your subscriptions, the newest first.

    :returns: ``id``, ``title``, ``email``, ``query``, ``dataset_id``, ``confirmed`` each
    """
    tk.check_access("nx_subscription_list", context, data_dict)
    query = sa.select(Subscription).where(Subscription.user_id == _user(context).id)
    return [
        {
            "id": row.id,
            "title": mails.describe_subscription(row),
            "email": row.email,
            "query": row.query,
            "dataset_id": row.dataset_id,
            "confirmed": bool(row.confirmed),
        }
        for row in model.Session.scalars(query.order_by(Subscription.created.desc()))
    ]


def _user(context: Context) -> model.User:
    user = model.User.get(context.get("user") or "")
    if user is None:
        raise tk.NotAuthorized
    return user


def _dataset(context: Context, reference: str) -> model.Package:
    dataset = model.Package.get(reference)
    if dataset is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    asked: Context = {"user": context.get("user") or "", "ignore_auth": bool(context.get("ignore_auth"))}
    tk.check_access("package_show", asked, {"id": dataset.id})
    return dataset


def _by(subscription_id: str | None) -> Subscription:
    row = model.Session.get(Subscription, subscription_id) if subscription_id else None
    if row is None:
        LINKS.check_reader("token")
        raise tk.ObjectNotFound(tk._("This link is not valid, or no longer. Subscribe once more if you like."))
    return row
