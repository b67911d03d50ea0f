"""Wiring of the licences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata.core import params
from ckanext.nxopendata.licences import actions, auth, helpers, validators, views
from ckanext.nxopendata.licences import cli as _cli  # noqa: F401  hangs its commands under "ckan nx"


@tk.blanket.actions(lambda: params.guarded(actions))
@tk.blanket.blueprints(views)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
@tk.blanket.validators(validators)
class NxOpendataLicencesPlugin(p.SingletonPlugin):
    """What may be done with the data."""

    p.implements(p.IAuthFunctions)
    p.implements(p.IConfigurer)

    # IAuthFunctions

    def get_auth_functions(self) -> dict[str, Callable[..., Any]]:
        own: dict[str, Callable[..., Any]] = {name: getattr(auth, name) for name in auth.__all__}
        return {**own, **(auth.DATASTORE_CHAINS if p.plugin_loaded("datastore") else {})}

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
