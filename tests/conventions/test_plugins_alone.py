"""Each plugin in somebody else's CKAN: alone, or with what it says that it needs, the site starts and answers."""

from typing import Any

import pytest
from ckan.exceptions import CkanConfigurationException
from ckan.tests import factories

from ckanext.nxopendata.core.requirements import require
from tests.conventions.needs import NEEDS

PAGES = ("/", "/dataset/", "/organization/", "/api/3/action/status_show", "/api/3/action/package_search")


def alone(plugin: str) -> Any:
    plugins = " ".join(filter(None, (plugin, NEEDS[plugin])))
    return pytest.param(plugin, id=plugin, marks=pytest.mark.ckan_config("ckan.plugins", plugins))


@pytest.mark.parametrize("plugin", map(alone, NEEDS))
@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_a_site_with_nothing_else_answers(app: Any, plugin: str) -> None:
    assert {page: app.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


@pytest.mark.parametrize("plugin", map(alone, NEEDS))
@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_its_own_pages_open_for_the_administrator(app: Any, plugin: str) -> None:
    token = factories.SysadminWithToken()["token"]
    pages = [
        rule.rule
        for rule in app.flask_app.url_map.iter_rules()
        if rule.endpoint.startswith("nx_") and "GET" in (rule.methods or ()) and not rule.arguments
    ]
    answers = {page: app.get(page, headers={"Authorization": token}).status_code for page in pages}
    assert {page: code for page, code in answers.items() if code >= 500} == {}


def test_what_is_missing_is_named() -> None:
    with pytest.raises(CkanConfigurationException, match=r"nxopendata_tables needs datastore: add it to ckan\.plugins"):
        require({"ckan.plugins": ["nxopendata_tables"]}, "nxopendata_tables", "datastore")  # type: ignore[arg-type]
