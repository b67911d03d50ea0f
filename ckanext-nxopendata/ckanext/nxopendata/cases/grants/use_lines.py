"""Lines of uses of whole grants, which are taken by the ways that everybody takes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.cases.keys import scope
from ckanext.nxopendata.cases.models import Case, Use
from ckanext.nxopendata.core.file_access.channels import FILE, TABLE
from ckanext.nxopendata.core.file_access.serving import Served
from ckanext.nxopendata.core.timezone import utc_now


def write(served: Collection[Served]) -> None:
    """Write down what one request serves under agreements of cases, in a transaction of its own: two queries.

    An agreement that was made without a case has no lines; the log tells of its decisions.
    """
    resources = {one.resource_id for one in served}
    of_dataset = sa.select(model.Resource.package_id).where(model.Resource.id.in_(resources))
    agreements = {one.agreement for one in served}
    query = sa.select(Case.agreement_id, Case.id, model.User.id, model.User.name).where(
        Case.dataset_id.in_(of_dataset),
        Case.agreement_id.in_(agreements),
        model.User.id == Case.applicant_id,
    )
    with model.ensure_engine().begin() as connection:
        known: dict[tuple[str, str], tuple[str, str]] = {
            (row[0], row[3]): (row[1], row[2]) for row in connection.execute(query)
        }
        lines: list[dict[str, Any]] = []
        for one in served:
            if found := known.get((one.agreement, one.user_name)):
                case_id, user_id = found
                detail = {"columns": None, "filters": {}, "channel": TABLE if one.rows else FILE}
                detail["system"] = scope.find_system()
                line = {"case_id": case_id, "user_id": user_id, "resource_id": one.resource_id, "detail": detail}
                lines.append({**line, "time": utc_now()})
        if lines:
            connection.execute(sa.insert(Use), lines)
