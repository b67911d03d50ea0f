"""The action of the change feed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.changes.feed import change_feed
from ckanext.nxopendata.core import params

LIMIT = 100
MOST = 1000


@tk.side_effect_free
def nx_changes_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What changed among the public datasets, oldest first. Every dataset occurs once, with its last change.

    Follow the portal by asking with the ``cursor`` of the last answer until ``more`` is false, and later again.
    Nothing is missed, whoever writes meanwhile. The answer is the same for everybody: what is not public is not in
    it, and a dataset that was public and is not any more is ``withdrawn``.

    :param cursor: of the last answer; none to begin with the oldest change
    :param since: begin with the changes that became visible at or after this time, ISO 8601, UTC when it names no
        zone; a place to begin without a cursor
    :param limit: at most so many changes (default 100, at most 1000)
    :param datasets: false to leave the datasets out (default true)
    :returns: ``{"changes": [{"id", "name", "kind", "time", "dataset"}], "cursor", "more"}``; ``kind`` is ``changed``
        or ``withdrawn``, ``time`` UTC, ``dataset`` as ``package_show`` gives it to a visitor, None when withdrawn.
        Where files are withheld while an objection is verified, or somebody was granted data, there are ``suspended``
        and ``grants`` (how many are in force) too; a dataset comes again when one of them changes
    """
    tk.check_access("nx_changes_list", context, data_dict)
    cursor, since, limit = _cursor(data_dict), _since(data_dict), max(1, params.limit(data_dict, LIMIT, MOST))
    try:
        entries, more = change_feed.read_changes(cursor, limit, since)
    except change_feed.UnknownCursorError:
        raise tk.ValidationError({"cursor": [tk._("This cursor is unknown here; begin again without one")]}) from None
    bodies = params.flag(data_dict, "datasets", True)
    conditions = _find_conditions([entry.dataset_id for entry in entries])
    return {
        "changes": [_change_to_api(entry, bodies) | conditions.get(entry.dataset_id, {}) for entry in entries],
        "cursor": str(entries[-1].seq if entries else cursor),
        "more": more,
    }


def _find_conditions(ids: list[str]) -> dict[str, dict[str, Any]]:
    """What cases bring about at datasets, by id."""
    try:
        asked = tk.get_action("nx_case_dataset_list")
    except KeyError:  # a site without cases
        return {}
    return asked({"user": "", "ignore_auth": True}, {"ids": ids}) if ids else {}


def nx_changes_repeat(context: Context, data_dict: DataDict) -> None:
    """Tell those who follow of a dataset once more: what holds for its files is another. For rooms of this site.

    :param id: of the dataset
    """
    tk.check_access("nx_changes_repeat", context, data_dict)
    change_feed.repeat(params.text(data_dict, "id"))
    if not context.get("defer_commit"):
        model.Session.commit()


def _change_to_api(entry: change_feed.Entry, body: bool) -> dict[str, Any]:
    dataset = public_dataset(entry.dataset_id) if entry.kind == "changed" and body else None
    kind = "withdrawn" if body and dataset is None else entry.kind
    change = {
        "id": entry.dataset_id,
        "name": entry.name,
        "kind": kind,
        "time": entry.time.isoformat(timespec="microseconds") + "Z",
    }
    return change | {"dataset": dataset} if body else change


def public_dataset(dataset_id: str) -> dict[str, Any] | None:
    """A dataset as a visitor sees it, from the database; None when a visitor may not.

    It may have been withdrawn after its change was read; that change is then further on in the change_feed.
    """
    context: Any = {"user": "", "auth_user_obj": None, "ignore_auth": False, "use_cache": False}
    try:
        return tk.get_action("package_show")(context, {"id": dataset_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def _cursor(data_dict: DataDict) -> int:
    text = str(data_dict.get("cursor") or "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise tk.ValidationError({"cursor": [tk._("This cursor is unknown here; begin again without one")]})
    return int(text)


def _since(data_dict: DataDict) -> dt.datetime | None:
    text = data_dict.get("since")
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError:
        raise tk.ValidationError({"since": [tk._("Write the time as 2026-05-31T08:00:00Z")]}) from None
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
