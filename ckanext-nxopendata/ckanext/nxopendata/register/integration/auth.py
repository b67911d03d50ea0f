"""Who reads the integration of systems."""

from __future__ import annotations

from ckanext.nxopendata.register import permissions

AUTH = {"nx_system_integration": permissions.department_readers}
