"""Actions of grants: take what was granted, which is counted and written down; read who took what and when."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.grants import schema
from ckanext.nxopendata.cases.models import Case, Use
from ckanext.nxopendata.core.file_access.decision import decide
from ckanext.nxopendata.core.rate_limit import Limit

A_DAY = 24 * 3600


@validate(schema.use)
def nx_case_use_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin to take a file of a grant: ask whether it may be had, count it for the quota, and write it down.

    :param id: the case of the grant
    :param resource: id of the file

    :returns: ``resource``, ``columns`` (null for all) and ``filters`` (column -> values) that may be given now
    """
    tk.check_access("nx_case_use_create", context, data_dict)
    case = _case(data_dict["id"])
    user = model.User.get(context.get("user") or "")
    resource = model.Resource.get(data_dict["resource"])
    if user is None or resource is None or resource.package_id != case.dataset_id:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    access = decide(resource.id, user.name, part=True)
    if not access.allowed:
        raise tk.NotAuthorized(access.message)
    if quota := case.answers.get("agreed_quota"):
        Limit("case quota", int(quota), A_DAY).check(case.agreement_id, "id")
    columns = sorted(access.part.columns) if access.part and access.part.columns is not None else None
    filters = {name: sorted(values) for name, values in access.part.filters.items()} if access.part else {}
    model.Session.add(
        Use(case_id=case.id, user_id=user.id, resource_id=resource.id, detail={"columns": columns, "filters": filters})
    )
    model.Session.commit()
    return {"resource": resource.id, "columns": columns, "filters": filters}


@tk.side_effect_free
@validate(schema.listing)
def nx_case_use_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What a grant was used for: each time that something of it was taken, the newest first.

    :param id: the case of the grant
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``: ``time``, ``user``, ``resource``, ``columns``, ``filters`` each
    """
    tk.check_access("nx_case_use_list", context, data_dict)
    case = _case(data_dict["id"])
    own = sa.select(Use).where(Use.case_id == case.id)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(own.subquery())) or 0
    query = own.order_by(Use.id.desc()).limit(data_dict["limit"]).offset(data_dict["offset"])
    return {"count": count, "results": [_to_api(use) for use in model.Session.scalars(query)]}


def _to_api(use: Use) -> dict[str, Any]:
    user, resource = model.User.get(use.user_id), model.Resource.get(use.resource_id)
    return {
        "time": use.time.isoformat(),
        "user": user.display_name if user else "",
        "resource": (resource.name or resource.url) if resource else use.resource_id,
        **use.detail,
    }


def _case(case_id: str) -> Case:
    case = model.Session.get(Case, case_id)
    if case is None or not case.agreement_id:
        raise tk.ObjectNotFound(tk._("There is no such grant"))
    return case
