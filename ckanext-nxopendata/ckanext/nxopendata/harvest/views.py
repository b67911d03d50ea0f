"""The blueprint of the harvest's pages; the subjects add theirs to it."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import require_login

nx_harvest = Blueprint("nx_harvest", __name__, url_prefix="/harvest")

nx_harvest.before_request(lambda: require_login(tk._("Log in to see the harvests of your department")))
