"""Wiring of following: favourites, saved searches and subscriptions by e-mail."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata import following
from ckanext.nxopendata.core import requirements, wiring
from ckanext.nxopendata.following import events

NEEDED = ("nxopendata_portal",)
"""Its pages stand in the portal's frame and list datasets as the portal does."""

SUBJECTS = (following,)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataFollowingPlugin(p.SingletonPlugin):
    """Hear of what is new; stands anywhere after the portal, which shows its buttons."""

    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        wiring.start_tasks(SUBJECTS)
        events.register_topics()

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_following", *NEEDED)
        tk.add_template_directory(config, "templates")
