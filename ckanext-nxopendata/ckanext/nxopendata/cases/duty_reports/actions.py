"""The action by which a duty is done."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.duties import duty_store
from ckanext.nxopendata.cases.duties.models import Duty
from ckanext.nxopendata.cases.duty_reports import schema
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import case_store, moves, notices
from ckanext.nxopendata.core.rate_limit import Limit

PERFORMED = Limit("case duty", 40)
"""By one account, and by one network."""


@validate(schema.performance)
def nx_case_duty_perform(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say that a duty of a permission was done; what it had suspended is open again at once.

    :param id: the case
    :param duty: one of the ``duties`` of :func:`nx_case_show`
    :type duty: int
    :param statement: the report of use, or how and when the data was deleted

    :returns: the case, as :func:`nx_case_show`
    """
    tk.check_access("nx_case_duty_perform", context, data_dict)
    case = model.Session.get(Case, data_dict["id"], with_for_update=True, populate_existing=True)
    duty = model.Session.get(Duty, data_dict["duty"], populate_existing=True)
    user = model.User.get(context.get("user") or "")
    if case is None or duty is None or duty.case_id != case.id or user is None:
        raise tk.ObjectNotFound(tk._("There is no such duty"))
    if duty.state not in ("due", "violated"):
        raise tk.ValidationError({"duty": [tk._("This duty is done already, or not needed any more")]})
    PERFORMED.check(user.id, "statement")
    PERFORMED.check_reader("statement")
    duty_store.perform(case, duty, data_dict["statement"].strip())
    moves.write(case, "duty", user.id, APPLICANT, data_dict["statement"].strip(), {"duty": duty.name})
    notices.tell_message(case, APPLICANT, user)
    model.Session.commit()
    return case_store.to_api(case, user)
