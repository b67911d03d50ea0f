"""CKAN's own search of resources, bounded."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.nxopendata.search.query import query_check


@tk.chained_action
@tk.side_effect_free
def resource_search(original: Any, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; a query that is too large is refused before the database is asked for each of its terms."""
    terms = data_dict.get("query") or ()
    query_check.check_text("query", terms if isinstance(terms, str) else " ".join(map(str, terms)))
    return original(context, data_dict)
