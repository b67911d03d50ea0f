"""The language of whoever reads, and of the site where nobody in particular does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import helpers
from flask import request
from flask_babel import force_locale


def reader_language() -> str:
    """Return the locale of the request, or the site's default in jobs and on the command line."""
    try:
        # What CKAN's helper ``lang`` gives; a page asks for it two hundred times.
        return request.environ["CKAN_LANG"]
    except (RuntimeError, KeyError):
        return tk.config["ckan.locale_default"]


def is_chinese(locale: str | None = None) -> bool:
    """Return whether ``locale`` (the reader's, if None) is Chinese of any script."""
    return (locale or reader_language()).startswith("zh")


def zh_or_en() -> str:
    """Return ``"zh"`` for readers of Chinese and ``"en"`` for all others: what our own texts are kept in."""
    return "zh" if is_chinese() else "en"


def join_words(words: Iterable[Any]) -> str:
    """Return a list as it stands in a sentence in the reader's language: a、b in Chinese, a, b in English."""
    return tk._(", ").join(map(str, words))


@contextlib.contextmanager
def site_language() -> Iterator[None]:
    """Translate what is said inside to the default language of the site, whoever asks.

    Outside of requests, in jobs and commands, there is an application context inside too: without one CKAN can neither
    translate nor build addresses.
    """
    context = helpers._get_auto_flask_context()
    with contextlib.ExitStack() as stack:
        if context is not None:
            context.push()
            stack.callback(context.pop)
        stack.enter_context(force_locale(tk.config["ckan.locale_default"]))
        yield
