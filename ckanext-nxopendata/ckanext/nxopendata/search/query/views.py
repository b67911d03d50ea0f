"""The page that says why a search was refused."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.search.query.query_check import QueryRefusedError

errors = Blueprint("nx_search_errors", __name__)


@errors.app_errorhandler(QueryRefusedError)
def show_refusal(error: QueryRefusedError) -> tuple[str, int]:
    """Say on a page what a page's search was refused for."""
    said = " ".join(str(message) for messages in dict[str, Any](error.error_dict).values() for message in messages)
    return tk.render("error_document_template.html", {"code": 400, "name": "Bad Request", "content": said}), 400
