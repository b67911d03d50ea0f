"""Template helpers of projects."""

from __future__ import annotations

from ckanext.nxopendata.register.systems import record, system_store


def nx_register_systems_of(owner_org: str | None) -> list[record.System]:
    """The systems in use of a department (id), for the form of a project."""
    return system_store.list_systems([owner_org], state=record.ACTIVE) if owner_org else []
