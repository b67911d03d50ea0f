"""Template helpers of the funding rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import reader_language


def nx_register_funding(line: Mapping[str, Any]) -> str:
    """Why a system is on the funding list."""
    status = codelists.label("connection_status", line["status"], reader_language())
    if not line["due"]:
        return tk._("{status}; is to be connected to the exchange platform").format(status=status)
    return tk._("{status}; was to be connected to the exchange platform by {due}").format(
        status=status, due=line["due"]
    )
