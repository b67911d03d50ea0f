"""Actions of files of cases: add one, take it away, read what it is."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.definitions.kind import APPLICANT, PICTURE
from ckanext.nxopendata.cases.files import file_store
from ckanext.nxopendata.cases.files.models import CaseFile
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import moves, participants
from ckanext.nxopendata.cases.uploads import schema
from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.rate_limit import Limit

ADDED = Limit("case file", 40)
"""By one account, and by one network."""


@validate(schema.addition)
def nx_case_file_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Add a file to a case: a picture of the work, or evidence that only those who take part see.

    A picture is written anew as WebP, at most 1,600 pixels a side, without what its file says of itself. Every file is
    checked as those that become public are, and refused when something stands against it.

    :param id: the case
    :param role: ``picture`` or ``evidence``; one that its kind has
    :param title: what the picture shows, for those who do not see it; or what the file is
    :param upload: the file, at most 8 MB

    :returns: ``id``, ``role``, ``title``, ``file_name``, ``size``, ``width``, ``height`` (pixels, 0 of other files)
    """
    tk.check_access("nx_case_file_create", context, data_dict)
    case = _case(data_dict["id"], lock=True)
    user = model.User.get(context.get("user") or "")
    role = data_dict["role"]
    if role not in file_store.list_roles(case):
        raise tk.ValidationError({"role": [tk._("This case takes no such file now")]})
    if sum(row.role == role for row in file_store.list_files(case.id)) >= file_store.MOST:
        message = tk._("At most {number} files: take one away first")
        raise tk.ValidationError({"upload": [message.format(number=file_store.MOST)]})
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to do this"))
    ADDED.check(user.id, "upload")
    ADDED.check_reader("upload")
    row = file_store.add(case, role, data_dict["title"].strip(), data_dict.get("upload"), user.id)
    held = participants.find_roles(user, case)
    by = APPLICANT if APPLICANT in held else sorted(held)[0]
    moves.write(case, "file", user.id, by, "", {"file": row.file_name, "title": row.title})
    model.Session.commit()
    return file_store.to_api(row)


@validate(schema.removal)
def nx_case_file_delete(context: Context, data_dict: DataDict) -> None:
    """Take a file of a case away; who added it, while the case is not over. A picture may go at any time.

    :param id: the case
    :param file: id of the file
    """
    tk.check_access("nx_case_file_delete", context, data_dict)
    case, row = _case(data_dict["id"], lock=True), model.Session.get(CaseFile, data_dict["file"])
    user = model.User.get(context.get("user") or "")
    if row is None or row.case_id != case.id or user is None:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    if row.user_id != user.id or (row.role != PICTURE and row.role not in file_store.list_roles(case)):
        raise tk.NotAuthorized(tk._("This file is not yours to take away"))
    moves.write(case, "file_gone", user.id, APPLICANT, "", {"file": row.file_name, "title": row.title})
    model.Session.delete(row)
    model.Session.commit()
    caching.invalidate()


@tk.side_effect_free
@validate(schema.one_file)
def nx_case_file_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A file of a case, without its content, for those who may have it; ``/case/file/<id>`` sends it.

    :param file: its id

    :returns: as :func:`nx_case_file_create`, with ``public``: whether everybody may have it
    """
    row = model.Session.get(CaseFile, data_dict["file"])
    tk.check_access("nx_case_file_show", context, data_dict)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    return file_store.to_api(row) | {"public": file_store.is_public(row, _case(row.case_id))}


def _case(case_id: str, *, lock: bool = False) -> Case:
    case = model.Session.get(Case, case_id, with_for_update=lock, populate_existing=lock)
    if case is None:
        raise tk.ObjectNotFound(tk._("There is no such case"))
    return case
