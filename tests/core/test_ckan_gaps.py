"""What we replace of CKAN still has to be replaced: a test that fails here says that upstream needs it no more."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from ckan.lib.search import common
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.core.solr_connection import connect


@pytest.mark.usefixtures("with_plugins")
def test_ckan_opens_a_connection_to_solr_for_every_search() -> None:
    assert common.make_connection().get_session() is not common.make_connection().get_session()
    assert connect().get_session() is connect().get_session()


@pytest.mark.usefixtures("with_plugins")
def test_dcat_looks_for_its_profiles_for_every_document() -> None:
    from ckanext.dcat import processors

    assert "entry_points(" in inspect.getsource(processors.RDFProcessor._load_profiles)
    found = processors.entry_points(group="ckan.rdf.profiles", name="euro_dcat_ap_3")
    assert found is processors.entry_points(group="ckan.rdf.profiles", name="euro_dcat_ap_3")


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_ckan_excuses_a_view_from_csrf_for_everybody_once_anybody_saw_it(app: Any) -> None:
    from ckan.config.middleware.flask_app import csrf

    view = "ckan.views.user.me"
    csrf._exempt_views.discard(view)
    app.get(tk.url_for("user.me", _external=False))
    assert view in csrf._exempt_views
