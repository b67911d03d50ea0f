"""Who may see runs and decide about them."""

from __future__ import annotations

from ckanext.nxopendata.harvest.permissions import allow_office, allow_run, allow_source

AUTH = {
    "nx_harvest_run_create": allow_source,
    "nx_harvest_run_list": allow_source,
    "nx_harvest_run_show": allow_run,
    "nx_harvest_run_plan": allow_run,
    "nx_harvest_problem_list": allow_run,
    "nx_harvest_run_approve": allow_run,
    "nx_harvest_run_refuse": allow_run,
    "nx_harvest_run_cancel": allow_run,
    "nx_harvest_run_pause": allow_run,
    "nx_harvest_run_resume": allow_run,
    "nx_harvest_run_undo": allow_office,
}
