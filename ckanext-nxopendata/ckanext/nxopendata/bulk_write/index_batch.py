"""Index documents of many datasets, made by CKAN's own :class:`PackageSearchIndex` and sent in one request."""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any

import ckan.lib.search.index as search_index
import ckan.plugins.toolkit as tk
from ckan.lib.search.common import make_connection

from ckanext.nxopendata.bulk_write.requests import Json


class DocumentCollector(search_index.PackageSearchIndex):
    """CKAN's index of datasets, which gives the documents instead of sending them.

    ``PackageSearchIndex.index_package`` makes a document and sends it in one function, over a connection that it makes
    itself. Its code runs here with a ``make_connection`` of ours among its global names; CKAN's own stay what they are.
    """

    def __init__(self) -> None:
        self._documents: list[Json] = []
        original: Any = search_index.PackageSearchIndex.index_package
        names = {**original.__globals__, "make_connection": lambda: self}
        self._index_package = FunctionType(
            original.__code__, names, original.__name__, original.__defaults__, original.__closure__
        )

    def build_document(self, default: Json, custom: Json) -> Json | None:
        """Return the document of a dataset; None for one that is not to be in the index.

        Args:
            default: the dataset by CKAN's own schema for showing it.
            custom: by the schema of its type.
        """
        self._index_package(self, {**default, "with_custom_schema": custom})
        return self._documents.pop() if self._documents else None

    def add(self, docs: list[Json], **_: Any) -> None:
        """Keep documents, in the place of ``pysolr.Solr.add``."""
        self._documents += docs

    def delete_package(self, pkg_dict: Json) -> None:
        """Leave the index as it is; :func:`send_batch` deletes."""


def send_batch(documents: Sequence[Json], removed: Sequence[str], *, commit: bool) -> None:
    """Send documents to Solr in one request, and delete those of the datasets with the ids ``removed``."""
    connection = make_connection()
    if documents:
        connection.add(docs=list(documents), commit=False)
    for dataset_id in removed:
        connection.delete(q=f'+id:"{dataset_id}" +site_id:"{tk.config["ckan.site_id"]}"', commit=False)
    if commit:
        connection.commit()
