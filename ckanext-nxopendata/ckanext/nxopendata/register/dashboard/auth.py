"""Who sees the dashboards."""

from __future__ import annotations

from ckanext.nxopendata.register import permissions

AUTH = {"nx_register_dashboard": permissions.colleagues}
