"""Plugin -> the plugins that it needs beside CKAN itself."""

SCHEMAS = "nxopendata_datasets nxopendata_organizations nxopendata_groups"
FLOOR = "nxopendata_licences nxopendata_review nxopendata_catalogue"
NEEDS = {
    "nxopendata_cases": f"nxopendata_portal {FLOOR} {SCHEMAS}",
    "nxopendata_catalogue": "",
    "nxopendata_changes": "",
    "nxopendata_datasets": FLOOR,
    "nxopendata_exchange": "dcat",
    "nxopendata_following": f"nxopendata_portal {FLOOR} {SCHEMAS}",
    "nxopendata_groups": "nxopendata_catalogue",
    "nxopendata_harvest": "",
    "nxopendata_licences": "",
    "nxopendata_organizations": "nxopendata_catalogue",
    "nxopendata_portal": f"{FLOOR} {SCHEMAS}",
    "nxopendata_register": f"{FLOOR} {SCHEMAS}",
    "nxopendata_review": "",
    "nxopendata_safety": "",
    "nxopendata_search": "",
    "nxopendata_tables": "datastore",
}
