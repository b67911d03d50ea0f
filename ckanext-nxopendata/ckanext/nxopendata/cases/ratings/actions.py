"""The action by which an answer is rated."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import case_store, moves
from ckanext.nxopendata.cases.ratings import schema
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.timezone import today

RATED = Limit("case rating", 60)
"""By one account, and by one network."""


@validate(schema.rating)
def nx_case_rate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say how content you are with the answer to your case. Once a case; for 30 days it may be changed.

    :param id: the case
    :param rating: from 1 (not at all) to 5 (very)
    :type rating: int

    :returns: the case, as :func:`nx_case_show`
    """
    tk.check_access("nx_case_rate", context, data_dict)
    user = assurance.require_user(context)
    RATED.check(user.id, "rating")
    RATED.check_reader("rating")
    case = model.Session.get(Case, data_dict["id"], with_for_update=True, populate_existing=True)
    if case is None:
        raise tk.ObjectNotFound(tk._("There is no such case"))
    if case.answered is None:
        raise tk.ValidationError({"rating": [tk._("This case is not answered yet")]})
    if not case_store.may_rate(case, {APPLICANT}):
        message = tk._("A rating may be changed for {days} days: this one stays").format(days=case_store.RATED_FOR)
        raise tk.ValidationError({"rating": [message]})
    if case.rating != data_dict["rating"]:
        case.rating, case.rated = data_dict["rating"], case.rated or today()
        moves.write(case, "rate", user.id, APPLICANT, "", {"rating": case.rating})
    model.Session.commit()
    return case_store.to_api(case, user)
