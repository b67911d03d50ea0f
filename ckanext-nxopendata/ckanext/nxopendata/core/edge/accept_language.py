"""The language of the API for programs that name none in the address: what ``Accept-Language`` asks for.

Pages keep to their address, so that a link shows everybody the same. So do questions that a page of this site asks,
whose reader chose the language by the address of the page.
"""

from __future__ import annotations

from collections.abc import Iterable

import ckan.plugins.toolkit as tk
from flask import Response, request

OFFERED = {"zh": "zh_Hans_CN", "zh-cn": "zh_Hans_CN", "zh-hans": "zh_Hans_CN", "zh-hans-cn": "zh_Hans_CN", "en": "en"}
"""Language tags (BCP 47, small letters) -> locale of the site."""

PATHS = ("/api/", "/mcp")


def choose_language() -> None:
    """Set the language of a request of a program; before anything is said or looked up in a cache."""
    environ = request.environ
    if not _is_undecided() or request.headers.get("Sec-Fetch-Site") == "same-origin":
        return
    wanted = find_locale(request.accept_languages.values())
    if wanted and wanted in {locale.short_name for locale in tk.h.get_available_locales()}:
        environ["CKAN_LANG"] = wanted


def find_locale(tags: Iterable[str]) -> str:
    """Return the locale of the first language, most wanted first, that the site speaks; "" for none.

    >>> find_locale(["fr", "en-GB", "zh"]), find_locale(["zh-TW"]), find_locale([])
    ('en', 'zh_Hans_CN', '')
    """
    for tag in tags:
        small = str(tag).lower()
        found = OFFERED.get(small) or OFFERED.get(small.partition("-")[0])
        if found:
            return found
    return ""


def add_vary(response: Response) -> Response:
    """Tell caches that the answer depends on the language that was asked for."""
    if _is_undecided():
        response.vary.add("Accept-Language")
    return response


def _is_undecided() -> bool:
    return bool(request.environ.get("CKAN_LANG_IS_DEFAULT", True)) and request.path.startswith(PATHS)
