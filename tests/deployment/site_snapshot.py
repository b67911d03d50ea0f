"""Print, as JSON, what an existing site must still hold after an upgrade.

Run as a process of its own; CKAN_INI names the site.
"""

import json
from collections.abc import Iterable
from typing import Any

DATASET = [
    "id",
    "name",
    "title",
    "notes",
    "state",
    "private",
    "type",
    "owner_org",
    "license_id",
    "nx_resource_code",
    "nx_share_type",
    "nx_is_open",
    "nx_theme",
    "nx_update_cycle",
    "nx_class_code",
    "nx_items",
    "title_translated",
    "notes_translated",
    "metadata_created",
]
FILE = ["id", "name", "url", "url_type", "format", "license", "hash", "size", "nx_opening"]
PROJECT = [
    "department",
    "id",
    "name",
    "nx_builder",
    "nx_channel",
    "nx_conditions",
    "nx_data_resources",
    "nx_filing_number",
    "nx_filing_state",
    "nx_investment",
    "nx_operation_cost",
    "nx_project_kind",
    "nx_protection_record",
    "nx_remark",
    "nx_secrecy_record",
    "nx_systems",
    "nx_year",
    "owner_org",
    "state_label",
    "steps",
    "title",
    "title_translated",
]
RUN = ["id", "state", "counts", "created", "finished", "source_id"]
EVALUATION = ["id", "kind", "unit", "year", "state", "grade", "total", "collected", "due"]
AGREEMENT = [
    "id",
    "dataset_id",
    "user",
    "granted_by",
    "purposes",
    "starts",
    "ends",
    "state",
    "note",
    "destruction",
    "report_interval",
]
REVIEW = ["id", "dataset_id", "state", "kind", "changes", "decisions", "deadline", "created"]


def some(row: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The fields of a row that do not change with the program's version."""
    return {field: row[field] for field in fields if field in row}


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def snapshot(call: Any) -> dict[str, Any]:
    """The catalogue, the register, the runs, the agreements and what readers wrote, by id.

    Args:
        call: calls an action by its name as a system administrator.
    """
    indexed = call("package_search", rows=1000, sort="name asc")["results"]
    datasets = [call("package_show", id=row["id"]) for row in indexed]
    sources = [row["id"] for row in call("nx_harvest_source_list")]
    runs = [run["id"] for source in sources for run in call("nx_harvest_run_list", source_id=source)]
    return {
        "datasets": {
            row["id"]: some(row, DATASET) | {"resources": [some(file, FILE) for file in row["resources"]]}
            for row in datasets
        },
        "systems": {
            row["id"]: call("nx_system_show", id=row["id"]) for row in call("nx_system_list", limit=1000)["results"]
        },
        "projects": {
            row["id"]: some(call("nx_project_show", id=row["id"]), PROJECT)
            for row in call("nx_project_list")["results"]
        },
        "runs": {run: some(call("nx_harvest_run_show", id=run), RUN) for run in runs},
        "reviews": {row["id"]: some(call("nx_review_show", id=row["id"]), REVIEW) for row in datasets},
        "agreements": {
            row["id"]: [some(one, AGREEMENT) for one in call("nx_agreement_list", dataset=row["id"])]
            for row in datasets
        },
        "tables": {row["id"]: by_id(call("nx_table_list", dataset=row["id"])) for row in datasets},
        "feedback": {row["id"]: call("nx_feedback_list", id=row["id"]) for row in datasets},
        "evaluations": {row["id"]: some(row, EVALUATION) for row in call("nx_evaluation_list")},
        "findings": call("nx_audit_finding_list"),
        "tasks": {row["code"]: some(row, ("state", "section", "opinion")) for row in call("nx_task_list")},
        "announcements": call("nx_announcement_list"),
    }


def main() -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app
    from ckan.plugins import toolkit as tk

    app: Any = make_app(load_config())

    def call(action: str, /, **data: Any) -> Any:
        return tk.get_action(action)({"ignore_auth": True, "user": "admin"}, data)

    with app._wsgi_app.test_request_context():
        print(json.dumps(snapshot(call), ensure_ascii=False, sort_keys=True, default=str))


if __name__ == "__main__":
    main()
