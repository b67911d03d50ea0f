"""Actions: examine a file now, show how the files of a dataset stand, list what waits for somebody."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import shown as privacy
from ckanext.nxopendata.safety.scanning import board, jobs, messages, schema, verdicts
from ckanext.nxopendata.safety.walkers import result


@validate(schema.resource)
def nx_safety_scan(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Examine a file now; a large one is examined by a worker, and ``status`` is ``waiting`` until then.

    :param id: the file (resource)

    :returns: as each entry of :func:`nx_safety_show`
    """
    tk.check_access("nx_safety_scan", context, data_dict)
    resource = model.Session.get_one(model.Resource, data_dict["id"])
    shown = show_file(resource)
    if shown["status"] == verdicts.WAITING:
        jobs.enqueue(resource.id)
    return shown


@tk.side_effect_free
@validate(schema.dataset)
def nx_safety_show(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """How the files of a dataset that are stored here stand.

    :param id: the dataset (id or name)

    :returns: of each ``id``, ``name``, ``status`` (``clean``, ``findings``, ``unreadable``, ``waiting``),
        ``status_text``, ``released`` (whether it may be public), ``recalled``, ``version`` (of the rules), ``checked``,
        ``findings`` (``rule``, ``name``, ``level``, ``action``, ``action_text``, ``place``, ``first``, ``count``,
        ``sample``, ``basis``, ``advice``), ``unread`` (``place``, ``reason``, ``reason_text``), ``signoffs``,
        ``treated`` (whether a treated file is public in its place), ``privacy`` (``k``, the least number of people
        who are alike in it, None where it says nothing of persons; ``threshold``, ``suffices``, ``quasi`` and
        ``sensitive`` that somebody chose, ``tables`` with their measures, ``linked``: what it gives away with other
        published files)
    """
    tk.check_access("nx_safety_show", context, data_dict)
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    return [show_file(resource) for resource in package.resources if resource.url_type == "upload"]


@tk.side_effect_free
@validate(schema.board)
def nx_safety_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Files that wait for somebody: of all departments for the office, of their own for others.

    :param kind: ``waiting``, ``findings``, ``unreadable``, ``proposed``, ``signed``, ``expiring`` (within 30 working
        days), ``recalled`` or ``recall`` (published, and not released by the rules in force); optional, default
        ``findings``
    :param limit: how many (optional, default 50, at most 500)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results`` (``id``, ``name``, ``dataset``, ``title``, ``department``, ``status``,
        ``level``)
    """
    tk.check_access("nx_safety_list", context, data_dict)
    return board.read(context.get("user") or "", data_dict["kind"], data_dict["limit"], data_dict["offset"])


def show_file(resource: model.Resource) -> dict[str, Any]:
    """Return how a file stands, in words."""
    standing = verdicts.find_standing(jobs.describe(resource))
    is_known = standing.status == result.CLEAN and not standing.hides_people
    status = result.FINDINGS if is_known else standing.status
    shown: dict[str, Any] = {
        "id": resource.id,
        "name": resource.name or "",
        "status": status,
        "status_text": messages.describe_status(status),
        "privacy": privacy.show(resource, standing.anonymity),
        "treated": models.is_replaced(resource.id),
        "recalled": models.find_recall(resource.id, resource.package_id or "") is not None,
        "released": standing.is_released,
        "findings": [],
        "unread": [],
        "signoffs": board.list_signoffs(resource.id, standing.sha256),
    }
    if standing.verdict is not None:
        words = messages.to_words(result.from_dict(standing.verdict.report))
        shown |= {name: words[name] for name in ("version", "findings", "unread")}
        shown["checked"] = standing.verdict.created.isoformat()
        shown["level"] = verdicts.find_level(standing.verdict, standing.anonymity)
    return shown
