"""Actions of reuses: the list of what was made with data, and a report about one of them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.disclosure import public_store
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import moves, notices
from ckanext.nxopendata.cases.reuses import link_checks, schema
from ckanext.nxopendata.core.rate_limit import Limit

REPORTS = Limit("reuse report", 5)
"""By one network."""


@tk.side_effect_free
@validate(schema.listing)
def nx_case_reuse_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What was made with data, the newest first; those whose dataset was removed too.

    :param q: a part of the name (optional)
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``, as :func:`nx_case_public_list`, with ``dead``: whether the address did not
        answer at the last looks; ``pictures``: ``id``, ``title``, ``width``, ``height`` each; and ``datasets``: the
        further ones, with ``dataset_name`` "" for one that is no longer public
    """
    tk.check_access("nx_case_reuse_list", context, data_dict)
    public_store.check_search(data_dict)
    count, cases = public_store.list_shown_reuses(data_dict)
    return {"count": count, "results": link_checks.mark_dead(public_store.add_pictures(cases))}


@validate(schema.report)
def nx_case_report_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Report a reuse that is shown; the department looks at it. No words are taken, so none can do harm.

    :param number: of the reuse, such as ``NX2026-000012``
    :param reason: ``dead``, ``personal``, ``illegal``, ``security``, ``spam`` or ``other``
    """
    tk.check_access("nx_case_report_create", context, data_dict)
    REPORTS.check_reader("number")
    serial = data_dict["number"].strip().upper().rpartition("-")[2]
    case = None
    if serial.isascii() and serial.isdecimal() and len(serial) < 16:
        case = model.Session.scalars(sa.select(Case).where(Case.serial == int(serial))).first()
    if case is None or case.kind != "reuse" or case.state != "shown":
        raise tk.ObjectNotFound(tk._("There is no such reuse"))
    moves.write(case, "report", "", "reader", "", {"reason": data_dict["reason"]})
    notices.tell_report(case, data_dict["reason"])
    model.Session.commit()
    return {"reported": True}
