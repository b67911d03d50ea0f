"""Actions of accounts: make one by a link in a letter, confirm an address, name and confirm an organisation."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.accounts import letters, schema, tokens
from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.applicants.models import Organisation
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.rate_limit import Limit, mailbox
from ckanext.nxopendata.core.timezone import utc_now

FOLLOWED = Limit("account link", 30)
"""Links of letters that one reader follows: nobody tries them out."""

INVITED = Limit("account", 10)
"""By one network."""

LETTERS = Limit("account letter", 3)
"""To one mailbox, whoever asks."""

NAMED = Limit("organisation", 5)
"""By one account, and by one network."""

MOST_LISTED = 200


@validate(schema.invitation)
def nx_account_invite(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have a link sent by which an account is made. The answer is the same whether the address has one already.

    :param email: the address, which is confirmed by the link
    """
    tk.check_access("nx_account_invite", context, data_dict)
    address = data_dict["email"].strip()
    INVITED.check_reader("email")
    LETTERS.check(mailbox(address), "email")
    tk.enqueue_job(letters.send_invitation, [address, reader_language()], title="nx: account letter")
    return {"sent": True}


@validate(schema.account)
def nx_account_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make an account with the address that a link of a letter names; it is confirmed thereby.

    :param token: of the link
    :param name: by which one logs in
    :param fullname: how one is called (optional)
    :param password: of at least eight characters

    :returns: ``name``
    """
    tk.check_access("nx_account_create", context, data_dict)
    INVITED.check_reader("name")
    email = tokens.read_new_account(data_dict["token"])
    if email is None:
        raise tk.ValidationError({"token": [tk._("This link is not valid, or no longer. Ask for a new one.")]})
    fields = {name: data_dict.get(name) or "" for name in ("name", "fullname", "password")}
    made: Any = {"user": "", "ignore_auth": True, "defer_commit": True}
    try:
        tk.get_action("user_create")(made, {**fields, "email": email})
    except tk.ValidationError as problem:
        if "email" in problem.error_dict:
            raise tk.ValidationError({"token": [tk._("There is an account with this address: log in")]}) from None
        raise
    assurance.confirm(made["user_obj"])
    model.Session.commit()
    return {"name": fields["name"]}


@tk.side_effect_free
def nx_account_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How sure it is who you are, for those who decide on what you apply for.

    Takes no arguments.

    :returns: ``email``, ``confirmed``, ``level`` (``account``, ``email``, ``organisation`` or ``department``) and
        ``organisation`` (``name``, ``uscc``, ``state``, ``reason``), null without one
    """
    tk.check_access("nx_account_show", context, data_dict)
    user = assurance.require_user(context)
    named = assurance.find_organisation(user.id)
    return {
        "email": user.email or "",
        "confirmed": assurance.is_confirmed(user),
        "level": assurance.find_level(user),
        "organisation": _to_api(named) if named else None,
    }


def nx_account_confirmation_send(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have a link sent to the address of your account, which confirms it.

    Takes no arguments.
    """
    tk.check_access("nx_account_confirmation_send", context, data_dict)
    user = assurance.require_user(context)
    if not user.email:
        raise tk.ValidationError({"email": [tk._("Write an e-mail address in your profile first: answers go there")]})
    LETTERS.check(mailbox(user.email), "email")
    tk.enqueue_job(letters.send_confirmation, [user.id, reader_language()], title="nx: address letter")
    return {"sent": True}


@validate(schema.one_token)
def nx_account_confirm(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Confirm the address of an account by the link of a letter; not one that the account no longer has.

    :param token: of the link
    """
    tk.check_access("nx_account_confirm", context, data_dict)
    FOLLOWED.check_reader("token")
    found = tokens.read_address(data_dict["token"])
    user = model.User.get(found[0]) if found else None
    if found is None or user is None or not user.is_active or user.email != found[1]:
        raise tk.ValidationError({"token": [tk._("This link is not valid, or no longer. Ask for a new one.")]})
    assurance.confirm(user)
    model.Session.commit()
    return {"confirmed": True}


@validate(schema.organisation)
def nx_account_organisation_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Name the organisation that you act for; the office confirms it.

    :param name: its registered name
    :param uscc: its unified social credit code

    :returns: ``id``, ``name``, ``uscc``, ``state``
    """
    tk.check_access("nx_account_organisation_create", context, data_dict)
    user = assurance.require_user(context)
    if not assurance.is_confirmed(user):
        raise tk.ValidationError({"name": [tk._("Confirm your e-mail address first")]})
    NAMED.check(user.id, "name")
    NAMED.check_reader("name")
    open_one = assurance.find_organisation(user.id, assurance.ASKED)
    if open_one is None:
        open_one = Organisation(user_id=user.id)
        model.Session.add(open_one)
    open_one.name, open_one.uscc, open_one.state = data_dict["name"].strip(), data_dict["uscc"], assurance.ASKED
    open_one.reason = open_one.decided_by = ""
    model.Session.commit()
    return _to_api(open_one)


@tk.side_effect_free
def nx_account_organisation_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Organisations that wait to be confirmed, the oldest first. For the supervising office.

    Takes no arguments.

    :returns: ``id``, ``name``, ``uscc``, ``state``, ``user``, ``email``, ``created``; at most 200
    """
    tk.check_access("nx_account_organisation_list", context, data_dict)
    query = (
        sa.select(Organisation, model.User)
        .join(model.User, model.User.id == Organisation.user_id)
        .where(Organisation.state == assurance.ASKED, model.User.state == "active")
        .order_by(Organisation.created, Organisation.id)
        .limit(MOST_LISTED)
    )
    return [
        _to_api(row) | {"user": user.display_name, "email": user.email, "created": row.created.isoformat()}
        for row, user in model.Session.execute(query)
    ]


@validate(schema.decision)
def nx_account_organisation_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Confirm that somebody acts for an organisation, or refuse it with a reason. For the supervising office.

    :param id: of :func:`nx_account_organisation_list`
    :param state: ``confirmed`` or ``refused``
    :param reason: why it is refused, or on which paper the confirmation relies
    """
    tk.check_access("nx_account_organisation_decide", context, data_dict)
    row = model.Session.get(Organisation, data_dict["id"], with_for_update=True, populate_existing=True)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such organisation"))
    if row.state != assurance.ASKED:
        raise tk.ValidationError({"state": [tk._("This is decided already")]})
    if not (data_dict.get("reason") or "").strip():
        raise tk.ValidationError({"reason": [tk._("This step needs a reason in words")]})
    row.state, row.reason = data_dict["state"], data_dict["reason"].strip()
    row.decided_by, row.decided = assurance.require_user(context).id, utc_now()
    model.Session.commit()
    return _to_api(row)


def _to_api(row: Organisation) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "uscc": row.uscc, "state": row.state, "reason": row.reason or ""}
