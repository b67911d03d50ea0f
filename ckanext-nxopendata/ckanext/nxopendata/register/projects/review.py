"""A project before the offices: the systems that it names, its red flags, what it lacks, who signs next.

The offices that approve an investment and its operation funds sign before the informatisation office files
(分工方案三（五）, 跨部门联动机制): the development commission, the finance department, the office of the establishment
commission, in this order; an office that the site does not name is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.catalogue.schema.filing_rules import title_key
from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.batch_memo import batched_lookup, memoized
from ckanext.nxopendata.core.timezone import today, utc_now
from ckanext.nxopendata.register import config, log, roles
from ckanext.nxopendata.register.cleanup import proposals
from ckanext.nxopendata.register.connection import funding, queries
from ckanext.nxopendata.register.projects import red_flags
from ckanext.nxopendata.register.projects.models import Project, Signature
from ckanext.nxopendata.register.systems import record, system_store
from ckanext.nxopendata.register.systems.record import System

SIGNERS = (roles.DEVELOPMENT, roles.FINANCE, roles.ESTABLISHMENT)
AGREE, OBJECT = "agree", "object"

REQUIRED = (
    "nx_builder",
    "nx_project_kind",
    "nx_channel",
    "nx_data_resources",
    "nx_systems",
    "nx_protection_record",
    "nx_secrecy_record",
)
"""三（五） “项目名称、建设单位、投资额度、运维费用、经费渠道、数据资源、应用系统、等级保护和分级保护备案情况”;
the two amounts by what the funds are for."""
AMOUNTS = {
    "construction": ("nx_investment",),
    "operation": ("nx_operation_cost",),
    "both": ("nx_investment", "nx_operation_cost"),
}

TEXTS = {
    red_flags.NO_SYSTEM: _("The project names no system of the register"),
    red_flags.UNKNOWN_SYSTEM: _("The register has no such system"),
    red_flags.GONE: _("The system is disposed of or merged already"),
    red_flags.CLEAR_PLANNED: _("The system is to be cleared away"),
    red_flags.CLEAR_PROPOSED: _("It is proposed to clear the system away; this is not decided yet"),
    red_flags.MERGE_PLANNED: _("The system is to be merged into another"),
    red_flags.NOT_CONNECTED: _("The system is to be connected to the exchange platform and is not"),
    red_flags.NO_FUNDS: _("The system is on the list of those that get no operation funds"),
    red_flags.SAME_FUNCTION: _("Another system has the same function"),
    red_flags.NO_DATASETS: _("The system has no dataset in the catalogue"),
    red_flags.NOT_GRADED: _("The protection grade of the system is not fixed"),
    red_flags.NOT_FILED: _("The graded protection of the system is not filed"),
    red_flags.TEST_OVERDUE: _("The test of the graded protection is overdue, or its day is not entered"),
}
"""Code of a red flag -> what it says."""


def resolve_systems(owner_org: str, references: Iterable[str]) -> tuple[list[System], list[str]]:
    """Find the systems that a project of a department (id) names; also the names that mean none.

    Args:
        references: ids, names in addresses, or titles as departments write them.
    """
    mine = memoized((resolve_systems, owner_org), lambda: system_store.list_systems([owner_org]))
    known = {key: system for system in reversed(mine) for key in (system.id, system.name)}
    titles = {title_key(system.title): system for system in reversed(mine)}
    found, unknown = [], []
    for reference in references:
        system = known.get(reference) or titles.get(title_key(reference))
        if system is None:
            unknown.append(reference)
        elif system not in found:
            found.append(system)
    return found, unknown


def load_facts() -> red_flags.Facts:
    """What the flags of every project need, read once."""
    open_ones = {row.system_id for row in proposals.list_verdicts() if row.state in proposals.OPEN}
    lines = queries.funding_lines(None)
    return red_flags.Facts(
        system_store.list_systems(state=record.ACTIVE),
        open_ones,
        {line.system.id for line in lines if line.state == funding.BLOCKED},
    )


def list_flags(project: Project, facts: red_flags.Facts | None = None) -> list[red_flags.Flag]:
    """Return what speaks against a project today."""
    systems, unknown = resolve_systems(project.owner_org, project.fields.get("nx_systems") or [])
    return red_flags.find_flags(systems, unknown, facts or load_facts(), today())


def flag_to_api(flag: red_flags.Flag) -> dict[str, Any]:
    """A red flag with its text in the reader's language."""
    return asdict(flag) | {"text": str(TEXTS[flag.code])}


def list_missing(project: Project) -> list[str]:
    """Return the fields that the plan names and the project lacks; it is not submitted without them."""
    amounts = AMOUNTS.get(project.fields.get("nx_project_kind") or "", ())
    return [name for name in (*REQUIRED, *amounts) if not project.fields.get(name)]


# Signatures


def list_signatures(project: Project) -> list[Signature]:
    """Return the signatures under a project as it was submitted last, in their order."""
    return batched_lookup("signatures", project.id, _find_signatures) or []


def _find_signatures(project_ids: Collection[str]) -> dict[str, list[Signature]]:
    found: dict[str, list[Signature]] = {}
    query = sa.select(Signature).where(Signature.project_id.in_(list(project_ids)))
    for row in sorted(model.Session.scalars(query), key=lambda row: SIGNERS.index(row.office)):
        found.setdefault(row.project_id, []).append(row)
    return found


def next_signer(project: Project) -> str:
    """Return the office that signs next; "" when all have."""
    signed = {row.office for row in list_signatures(project)}
    waiting = [office for office in SIGNERS if config.supervisor(office) and office not in signed]
    return waiting[0] if waiting else ""


def clear_signatures(project: Project) -> None:
    """Ask for the signatures anew; those before stay in the log."""
    model.Session.execute(sa.delete(Signature).where(Signature.project_id == project.id))


def sign(project: Project, user: str, mine: Collection[str], verdict: str, opinion: str) -> None:
    """Sign for the office whose turn it is, in the session's transaction.

    Raises:
        tk.NotAuthorized: it is the turn of another office.
        tk.ValidationError: all have signed; who objects must say why.
    """
    office = next_signer(project)
    if not office:
        raise tk.ValidationError({"verdict": [tk._("All offices have signed already")]})
    if office not in mine:
        raise tk.NotAuthorized(tk._("This step is for somebody else to take"))
    opinion = opinion.strip()
    if not opinion and (verdict == OBJECT or list_flags(project)):
        raise tk.ValidationError({"opinion": [tk._("Say why, or on what conditions")]})
    row = Signature(project_id=project.id, office=office, verdict=verdict, opinion=opinion, user_name=user)
    row.time = utc_now()
    model.Session.add(row)
    changes = {"office": [None, departments.title(config.supervisor(office), "zh")]}
    log.write(Project.KIND, project.id, project.owner_org, f"sign_{verdict}", user, changes, opinion)
    model.Session.flush()
