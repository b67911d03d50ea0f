"""What day it is, by China's clock; the one place to ask, so that a test can set it."""

from __future__ import annotations

import datetime as dt
import os

from ckanext.nxopendata.catalogue.schema.filing_rules import CHINA

VARIABLE = "NX_REGISTER_TODAY"
"""The environment variable that sets the day (YYYY-MM-DD), for rehearsals and tests."""


def today() -> dt.date:
    """The day."""
    fixed = os.environ.get(VARIABLE)
    return dt.date.fromisoformat(fixed) if fixed else dt.datetime.now(CHINA).date()
