"""The action by which another room begins a case for a reader who may have no account."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.definitions import answers, registry
from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.messages import schema
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import moves, problems
from ckanext.nxopendata.core.timezone import today

LONGEST_TITLE = 80


def nx_case_begin(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin a case of a kind whose form stands elsewhere; once for each ``id``. For rooms that have such a form.

    :param id: of the case, a UUID
    :param kind: one that anyone may ask for
    :param dataset: id of the dataset that it is about
    :param applicant: id of the user who wrote it (optional)
    :param received: the day on which it came, YYYY-MM-DD (optional, today)
    :param answers: field -> value, by the fields of the kind
    :type answers: dict

    :returns: ``id`` and ``number``
    """
    # asked first: what strangers send is not looked at, so nothing of what is hidden can be told from it
    tk.check_access("nx_case_begin", context, data_dict)
    data_dict, errors = tk.navl_validate(data_dict, schema.beginning(), context)
    if errors:
        raise tk.ValidationError(errors)
    found = model.Session.get(Case, data_dict["id"])
    if found is not None:
        return {"id": found.id, "number": found.number}
    kind = registry.kinds()[data_dict["kind"]]
    package: Any = model.Package.get(data_dict["dataset"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    given, wrong = answers.read_answers(kind.fields, data_dict["answers"], today())
    if wrong:
        raise tk.ValidationError(problems.describe(wrong))
    case = Case(id=data_dict["id"], kind=kind.name, client_key=data_dict["id"], answers=given, applicant_org="")
    case.applicant_id, case.level = (
        data_dict.get("applicant") or "",
        "account" if data_dict.get("applicant") else "none",
    )
    case.dataset_id, case.dataset_name, case.owner_org = package.id, package.name, package.owner_org or ""
    case.dataset_title = package.title or package.name
    case.title = " ".join((given.get("text") or case.dataset_title).split())[:LONGEST_TITLE]
    moves.begin(case, case.applicant_id, APPLICANT, data_dict.get("received"))
    if not context.get("defer_commit"):
        model.Session.commit()
    return {"id": case.id, "number": case.number}
