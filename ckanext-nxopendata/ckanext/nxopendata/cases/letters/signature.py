"""Who signs the letter of a step: the authority whose staff took it, whoever has the case later."""

from __future__ import annotations

import ckan.model as model

from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core import departments, roles
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE

LANGUAGE = "zh_Hans_CN"
"""Official papers are Chinese."""


def find_signer(case: Case, role: str, actor: model.User | None) -> str:
    """Return what the authority that takes a step with a case is called now.

    Args:
        case: as it is before the step; a step may give it to another department.
        role: in which the step is taken; in that of the office the supervising office signs.
    """
    signer = case.owner_org
    if role == OFFICE:
        signer = roles.office_id() or signer
    elif case.forwarded_by and actor and not roles.find_roles(actor.name, signer) & {EDITOR, HEAD}:
        signer = case.forwarded_by
    return name_signer(signer)


def name_signer(department: str) -> str:
    """Return what a department is called in letters; the supervising office where there is none."""
    return departments.title(department or roles.office_id() or "", LANGUAGE)
