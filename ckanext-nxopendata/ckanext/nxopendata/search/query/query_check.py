"""Refuse searches that are too large for Solr, in the reader's language, on every way to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import ValidationError
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.search.query import query_limits

MESSAGES = {
    "characters": _("“{parameter}” is longer than {most} characters. Use fewer words."),
    "words": _("“{parameter}” has more than {most} words. Use fewer words."),
    "clauses": _("“{parameter}” names more than {most} values. Ask for fewer at a time."),
    "patterns": _("“{parameter}” has more than {most} wildcards, ranges and approximate words. Use fewer of them."),
    "depth": _("“{parameter}” has brackets inside each other more than {most} deep. Use fewer brackets."),
    "slop": _("A quotation followed by “~” holds at most {most} words, in “{parameter}”. Quote fewer words."),
    "loose": _("“{parameter}” has more than {most} quotations followed by “~”. Use fewer of them."),
    "readings": _("The quotations in “{parameter}” have too many words of both letters and digits. Quote fewer words."),
    "names": _("“{parameter}” must be a list of at most {most} names."),
    "filters": _("“{parameter}” must be a list of at most {most} filters."),
    "order": _("Results cannot be put in the order “{value}”"),
    "name": _("“{parameter}” must name fields; “{value}” is no name of a field."),
    "parser": _("“{value}” is not available as “{parameter}”. Leave it out."),
    "function": _("“{parameter}” is not available in searches. Leave it out."),
    "values": _("“{parameter}” must be a whole number from 0 to {most}."),
    "local_parameters": _("“{parameter}” must not have local parameters in braces. Take them out."),
}


class QueryRefusedError(ValidationError):
    """The search is more than Solr is asked; the message names the parameter and the limit."""


def check(search: Mapping[str, Any]) -> None:
    """Refuse a search that is too large, or that asks for what readers may not ask.

    Args:
        search: parameters as ``package_search`` gives them to its plugins.

    Raises:
        QueryRefusedError: it is.
    """
    _refuse(query_limits.find_violation(search, _limits()))


def check_text(parameter: str, text: str) -> None:
    """Refuse the words of a query that is asked of something else than Solr; raises as ``check``."""
    _refuse(query_limits.in_text(parameter, text, _limits()))


def _limits() -> query_limits.Limits:
    amounts = (
        tk.config[f"ckanext.nxopendata.search.most_{name}"] for name in ("characters", "words", "filter_characters")
    )
    return query_limits.Limits(*amounts, local_parameters=bool(tk.config["ckan.search.solr_allowed_query_parsers"]))


def _refuse(found: query_limits.Violation | None) -> None:
    if found:
        message = str(MESSAGES[found.code]).format(
            parameter=found.parameter, most=f"{found.most:,}", value=found.value[:100]
        )
        raise QueryRefusedError({found.parameter: [message]})


def too_many_clauses() -> QueryRefusedError:
    """The error for a query that Solr itself found too large."""
    return QueryRefusedError({"q": [tk._("The search is too large to be answered. Use fewer or shorter words.")]})


def leave_out_large_phrases(q: str, parameters: dict[str, Any]) -> None:
    """Have Solr look for no phrase of words that it reads in too many ways."""
    if query_limits.is_too_much_of_a_phrase(q):
        parameters.setdefault("pf", "")
