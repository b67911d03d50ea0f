"""What plugins may add to the bulk writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins as p
from ckan import model
from ckan.types import Context

from ckanext.nxopendata.bulk_write.requests import Json


class IBulkWriter(p.Interface):
    """Looks up once for many datasets what validators would look up for each."""

    def slug_of_title(self, title: str) -> str | None:
        """Return the address of a new dataset that has none; the writer adds a number where it is taken.

        None leaves it to the next plugin, and at last to CKAN.
        """

    def before_bulk_create(self, context: Context, datasets: Sequence[Json]) -> None:
        """Prepare for the validation of new datasets.

        Args:
            context: a copy of it is what each validation is given; put into it what the validators are to read.
            datasets: to be validated and created; may be changed.
        """

    def after_bulk_validation(self, context: Context, dataset: Mapping[str, Any]) -> None:
        """Count a new dataset that was found valid as there, before the next one is validated.

        Args:
            context: as :meth:`before_bulk_create` left it.
            dataset: validated, with its ``id``.
        """

    def updates_by_action(self, context: Context, package: model.Package) -> bool:
        """Whether an update is for ``package_update``, because an action chained to it does more than write.

        Not asked where authorization is ignored.
        """
        return False
