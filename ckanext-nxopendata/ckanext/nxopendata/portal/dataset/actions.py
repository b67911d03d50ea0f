"""Actions about one dataset: its versions, relatives, use, and what readers say about it."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import caching, roles
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.portal import schema
from ckanext.nxopendata.portal.dataset import relatives
from ckanext.nxopendata.portal.feedback import feedback_cases, feedback_store
from ckanext.nxopendata.portal.models import Feedback
from ckanext.nxopendata.portal.usage import usage_store

WRITTEN = Limit("feedback", 5)
"""By one reader."""


@tk.side_effect_free
@validate(schema.dataset_versions)
def nx_dataset_versions(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The public versions of a dataset, newest first, and what each changed, field by field.

    :param id: the dataset, id or name
    :param version: ``id`` of a version, to begin with it (optional)
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``: ``id``, ``time`` (UTC), ``kind`` (``new`` or ``changed``) and ``changes``:
        ``path``, ``before``, ``after``, ``file`` (id of the file that changed, "" for what is of none)
    """
    found = _package("nx_dataset_versions", context, data_dict)
    count, rows = relatives.list_versions(
        found.id, data_dict["limit"], data_dict["offset"], data_dict.get("version") or ""
    )
    return {"count": count, "results": rows}


@tk.side_effect_free
@validate(schema.dataset_page)
def nx_dataset_related(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Public datasets near to a dataset: of the codes it names, then sharing tags, themes and data items.

    :param id: the dataset, id or name
    :param limit: how many (optional, default 20, at most 100)

    :returns: datasets, as ``package_search`` gives them
    """
    found = _package("nx_dataset_related", context, data_dict)
    shown = tk.get_action("package_show")({"user": context.get("user") or ""}, {"id": found.id})
    return relatives.list_related(shown, data_dict["limit"])


@tk.side_effect_free
@validate(schema.one_id)
def nx_dataset_use(context: Context, data_dict: DataDict) -> dict[str, int]:
    """How often a dataset was read and its files downloaded.

    :param id: the dataset, id or name

    :returns: ``views``, ``downloads`` in all; ``recent_views``, ``recent_downloads`` in the last 30 days
    """
    found = _package("nx_dataset_use", context, data_dict)
    usage_store.flush_if_due()
    return usage_store.count_for_dataset(found.id)


@tk.side_effect_free
@validate(schema.one_id)
def nx_feedback_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What readers said about a dataset, and what the department answered.

    :param id: the dataset, id or name

    :returns: ``id``, ``kind``, ``text``, ``name``, ``answer``, ``answered``, ``created``
    """
    return feedback_store.list_public(_package("nx_feedback_list", context, data_dict).id)


@validate(schema.feedback)
def nx_feedback_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say something about a dataset. It is shown once the department looked at it.

    A reader may write five times an hour.

    :param id: the dataset, id or name
    :param kind: ``question``, ``error``, ``suggestion`` or ``use`` (what was made of the data)
    :param text: at most 2,000 characters
    :param name: how the writer wants to be named in public (optional)
    :param email: for the answer; never shown, deleted when the answer was sent (optional)
    """
    found = _package("nx_feedback_create", context, data_dict)
    WRITTEN.check_reader("text")
    row = feedback_store.create(found, data_dict, reader_language())
    if feedback_cases.is_on():
        writer = model.User.get(context.get("user") or "")
        feedback_cases.begin(row, writer.id if writer else "")
    model.Session.commit()
    return feedback_store.to_api(row)


@tk.side_effect_free
def nx_feedback_waiting(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What waits for an answer of the reader's departments; for the supervising office, of all. Oldest first.

    :returns: as :func:`nx_feedback_list`, with ``dataset_name`` and ``dataset_title``; at most 200
    """
    tk.check_access("nx_feedback_waiting", context, data_dict)
    user = context.get("user") or ""
    if authz.is_sysadmin(user) or roles.is_office(user):
        return feedback_store.list_waiting(None, 200)
    mine = tk.get_action("organization_list_for_user")({"user": user}, {"permission": "update_dataset"})
    return feedback_store.list_waiting([organization["id"] for organization in mine], 200)


@tk.side_effect_free
@validate(schema.span)
def nx_feedback_between(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What readers said from one day to another, for the supervising office: who answered, and when.

    :param since: the first day, YYYY-MM-DD
    :param until: the last day, YYYY-MM-DD

    :returns: as :func:`nx_feedback_list`, with ``owner_org``; what was refused is left out
    """
    tk.check_access("nx_feedback_between", context, data_dict)
    return feedback_store.list_between(data_dict["since"], data_dict["until"])


@validate(schema.feedback_decision)
def nx_feedback_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Publish feedback, with an answer or without, or refuse it.

    :param id: the feedback
    :param state: ``public`` or ``refused``
    :param answer: shown below it, and mailed to who asked (optional)
    """
    row = model.Session.get(Feedback, data_dict["id"])
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such feedback"))
    tk.check_access("nx_feedback_decide", context, {"id": row.id})
    if data_dict["state"] == "public":
        written = [row.text, row.name or "", data_dict.get("answer") or ""]
        if found := objections.find_text_objections(written):
            raise tk.ValidationError({"answer": found})
    user = model.User.get(context.get("user") or "")
    state, answer = data_dict["state"], data_dict.get("answer") or ""
    if feedback_cases.is_on():
        feedback_cases.decide(row, state, answer, user)
    else:
        feedback_store.decide(row, state, answer, user.id if user else "")
    model.Session.commit()
    caching.invalidate()
    return feedback_store.to_api(row)


def _package(action: str, context: Context, data_dict: DataDict) -> model.Package:
    found = model.Package.get(data_dict["id"])
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    tk.check_access(action, context, {"id": found.id})
    return found
