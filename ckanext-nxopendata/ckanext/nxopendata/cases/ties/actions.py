"""The action by which the change feed tells what cases bring about."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.ties import schema


@tk.side_effect_free
@validate(schema.datasets)
def nx_case_dataset_list(context: Context, data_dict: DataDict) -> dict[str, dict[str, Any]]:
    """What cases bring about at datasets now, for those who follow them. Nobody is named.

    :param ids: ids of datasets, at most 1,000
    :type ids: list of strings

    :returns: id -> ``suspended`` (whether files are withheld while an objection is verified) and ``grants`` (how many
        are in force), of those datasets where one of the two holds
    """
    tk.check_access("nx_case_dataset_list", context, data_dict)
    in_force = [
        (kind.name, state.name) for kind in registry.kinds().values() for state in kind.states if state.in_force
    ]
    grants = sa.func.count().filter(sa.tuple_(Case.kind, Case.state).in_(in_force))
    suspended = sa.func.bool_or(Case.suspends)
    query = (
        sa.select(Case.dataset_id, suspended, grants)
        .join(model.Package, model.Package.id == Case.dataset_id)
        .where(Case.dataset_id.in_(data_dict["ids"]), model.Package.state == "active", model.Package.private.is_(False))
        .group_by(Case.dataset_id)
        .having(sa.or_(suspended, grants > 0))
    )
    return {row[0]: {"suspended": row[1], "grants": row[2]} for row in model.Session.execute(query)}
