"""Each plugin in somebody else's CKAN: alone, or with what it says that it needs, the site starts and answers."""

from typing import Any

import pytest
from ckan.exceptions import CkanConfigurationException

from ckanext.nxopendata.core.requirements import require

SCHEMAS = "nxopendata_datasets nxopendata_organizations nxopendata_groups"
FLOOR = "nxopendata_licences nxopendata_review nxopendata_catalogue"
NEEDS = {
    "nxopendata_catalogue": "",
    "nxopendata_changes": "",
    "nxopendata_datasets": FLOOR,
    "nxopendata_exchange": "dcat",
    "nxopendata_following": "",
    "nxopendata_groups": "nxopendata_catalogue",
    "nxopendata_harvest": "",
    "nxopendata_licences": "",
    "nxopendata_organizations": "nxopendata_catalogue",
    "nxopendata_portal": f"{FLOOR} {SCHEMAS}",
    "nxopendata_register": f"{FLOOR} {SCHEMAS}",
    "nxopendata_review": "",
    "nxopendata_search": "",
    "nxopendata_tables": "datastore",
}
PAGES = ("/", "/dataset/", "/organization/", "/api/3/action/status_show", "/api/3/action/package_search")


def alone(plugin: str) -> Any:
    plugins = " ".join(filter(None, (plugin, NEEDS[plugin])))
    return pytest.param(plugin, id=plugin, marks=pytest.mark.ckan_config("ckan.plugins", plugins))


@pytest.mark.parametrize("plugin", map(alone, NEEDS))
@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_a_site_with_nothing_else_answers(app: Any, plugin: str) -> None:
    assert {page: app.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(CkanConfigurationException, match=r"nxopendata_tables needs datastore: add it to ckan\.plugins"):
        require({"ckan.plugins": ["nxopendata_tables"]}, "nxopendata_tables", "datastore")  # type: ignore[arg-type]
