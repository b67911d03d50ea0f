"""Resource codes (1272 guide, element 3): class prefix, "/", sequence; unique, never changed, never used again."""

from __future__ import annotations

import re
from collections.abc import Sequence

import ckan.model as model
import sqlalchemy as sa

LEVELS = 6
"""Digits of class, item and catalogue, which every prefix has (1272 guide: 1 + 2 + 3)."""

PREFIX = re.compile(r"[123][0-9]{2}[0-9]{3}[0-9A-Za-z]{0,30}")


def prefix(class_code: str | None, default: str) -> str:
    """The first part of a new code.

    Args:
        class_code: the dataset's class, down to any level; levels that it leaves out are 0.
        default: the class of datasets that have none.

    >>> prefix("214", "364"), prefix(None, "364"), prefix("214001a", "364")
    ('214000', '364000', '214001a')
    """
    code = (class_code or default).ljust(LEVELS, "0")
    if not PREFIX.fullmatch(code):
        raise ValueError(code)
    return code


def allocate_code(first_part: str) -> str:
    """The next code of a prefix, in the session's transaction.

    The numbers come from a database sequence for each prefix: no two callers get the same one, nobody waits for
    another's transaction, and what a transaction gave up is not given out again.
    """
    return model.Session.execute(sa.select(sa.func.nx_next_resource_code(first_part))).scalar_one()


def allocate_codes(first_parts: Sequence[str]) -> Sequence[str]:
    """As :func:`allocate_code`, for many prefixes in one query; in their order."""
    parts = sa.func.unnest(sa.literal(list(first_parts), sa.ARRAY(sa.Text))).table_valued("part").render_derived()
    return model.Session.scalars(sa.select(sa.func.nx_next_resource_code(parts.c.part))).all()
