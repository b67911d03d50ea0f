"""Wiring of following: favourites, saved searches and subscriptions by e-mail."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.following import actions, auth, cli, helpers


@tk.blanket.actions(lambda: params.guarded(actions))
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints
@tk.blanket.helpers(helpers)
class NxOpendataFollowingPlugin(p.SingletonPlugin):
    """Hear of what is new; stands anywhere after the portal, which shows its buttons."""

    p.implements(p.IClick)
    p.implements(p.IConfigurer)

    # IClick

    def get_commands(self) -> list[Any]:
        nx.add_command(cli.following)
        return []

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
