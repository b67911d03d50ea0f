"""What notices can be about: every room registers its topics, each with its text and the page it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from flask_babel.speaklater import LazyString

Params = Mapping[str, Any]
Text = str | LazyString | Callable[[Params], str]


def notice_page(params: Params, *, external: bool) -> str:
    """Return the address of the view that ``params`` names by ``endpoint`` and ``values``; "" if they name none."""
    return tk.url_for(params["endpoint"], **params["values"], _external=external) if "endpoint" in params else ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of notice: its text, and the address of its page."""

    text: Text
    page: Callable[..., str]


TOPICS: dict[str, Topic] = {}


def register_topic(name: str, text: Text, page: Callable[..., str] = notice_page) -> None:
    """Make a topic known; the last one of a name counts.

    Args:
        text: a lazily translated text with ``{placeholders}`` for the parameters of the notice, or a function that
            makes the text of the parameters.
        page: gives the address of the page that a notice leads to, of its parameters and ``external``.
    """
    TOPICS[name] = Topic(text, page)


def format_notice(name: str, params: Params) -> str:
    """Return what a notice says, in the language of the reader.

    Raises:
        KeyError: no room of the site has this topic.
    """
    text = TOPICS[name].text
    return str(text).format(**params) if isinstance(text, str | LazyString) else text(params)


def find_page(name: str, params: Params, *, external: bool = False) -> str:
    """Return the address of the page that a notice leads to; "" for none.

    Raises:
        KeyError: no room of the site has this topic.
    """
    return TOPICS[name].page(params, external=external)
