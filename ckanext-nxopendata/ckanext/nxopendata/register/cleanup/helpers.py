"""Template helpers of the clean-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import reader_language

EVIDENCE: Mapping[str, LazyString] = {
    "link_none": _("entered as detached from present business"),
    "never_used": _("entered as not used"),
    "last_used": _("last used for business {period}, {months} months ago (threshold: {threshold} months)"),
    "last_used_unknown": _("when it was last used is not entered"),
    "replaceable_by": _("entered as replaceable by {name}"),
    "replaceable_unknown": _("no system is entered that could replace it"),
    "resource_use": _("{percent}% of its capacity used on average (threshold: below {threshold}%)"),
    "resource_use_unknown": _("the use of its capacity is not entered"),
    "maintenance_stopped": _("entered as no longer updated"),
    "maintained": _("last maintained {period}, {months} months ago (threshold: {threshold} months)"),
    "maintained_unknown": _("when it was last maintained is not entered"),
    "frequency": _("used often: {frequency}"),
    "users": _("{users} users (threshold: up to {threshold})"),
    "users_unknown": _("the number of users is not entered"),
    "users_and_frequency": _("{users} users (threshold: up to {threshold}), used {frequency}"),
}
"""Evidence of a sign -> how it reads."""


def nx_register_evidence(sign: Mapping[str, Any]) -> str:
    """What in an entry says that a sign is met, or is not."""
    params = dict(sign["params"])
    if params.get("frequency"):
        params["frequency"] = codelists.label("use_frequency", params["frequency"], reader_language())
    if params.get("period"):
        params["period"] = tk.h.nx_register_period(params["period"])
    return str(EVIDENCE[sign["evidence"]]).format(**params)
