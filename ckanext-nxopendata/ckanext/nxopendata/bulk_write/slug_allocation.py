"""Readable addresses for many new datasets, with two queries for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import count

import sqlalchemy as sa
from ckan import model

SHORTEST = 2
"""Characters that CKAN wants of a name."""

FALLBACK = "dataset"
"""The address of a dataset whose title gives none."""


class SlugAllocator:
    """Addresses that are free in the database and among those taken since.

    Args:
        slugs: of the datasets that will need one, as their titles give them.
    """

    def __init__(self, slugs: Iterable[str]) -> None:
        column = model.Package.name
        times = Counter(map(_usable, slugs))
        self._taken = set(model.Session.scalars(sa.select(column).where(column.in_(times))))
        for slug in (slug for slug, number in times.items() if number > 1 or slug in self._taken):
            self._taken.update(model.Session.scalars(sa.select(column).where(column.like(f"{slug}-%"))))

    def find_free(self, slug: str) -> str:
        """Return ``slug`` or, when it is taken, the first free of ``slug-2``, ``slug-3`` and so on."""
        slug = _usable(slug)
        if slug not in self._taken:
            return slug
        return next(name for number in count(2) if (name := f"{slug}-{number}") not in self._taken)

    def take(self, name: str) -> None:
        """Count ``name`` as taken from now on."""
        self._taken.add(name)


def _usable(slug: str) -> str:
    return slug if len(slug) >= SHORTEST else FALLBACK
