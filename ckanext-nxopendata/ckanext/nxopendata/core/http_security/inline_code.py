"""Inline scripts, styles and handlers of templates, made ready for a policy without ``unsafe-inline``.

This is done to the source of a template before Jinja reads it, so the templates of CKAN and its extensions need not be
copied, and nothing that a template inserts at run time, such as a title or a description, is touched:

- ``<script>`` and ``<style>`` get the nonce of the answer;
- handlers (``onclick="..."``) and ``style`` attributes, which no nonce can allow, are renamed to ``data-inline-...``:
  browsers would refuse them anyway. What they did is done by ``portal/assets/js/workbench.js`` and
  ``portal/assets/css/inline.css``;
- a link to ``javascript:`` leads nowhere.
"""

from __future__ import annotations

import re
import secrets

from flask import g
from jinja2 import Environment
from jinja2.ext import Extension

from ckanext.nxopendata.core.caching import page_cache

JINJA = r"{#.*?#}|{%.*?%}|{{.*?}}"
ELEMENT = r"<(?P<element>script|style)(?=[\s>])(?![^>]*\s(?:nonce|src)=)(?![^>]*\stype=[\"']?application/)"
"""The beginning of an element that a browser runs or applies; JSON in a ``<script>`` is neither."""
ATTRIBUTE = r"(?<=\s)(?P<attribute>style|on[a-z]+|hx-on[:\w-]*)(?==[\"'])"
LINK = r"(?<=\s)href=(?P<quote>[\"'])(?P<script>javascript:.*?)(?P=quote)"
INLINE = re.compile("|".join((JINJA, ELEMENT, ATTRIBUTE, LINK)), re.DOTALL | re.IGNORECASE)


def nonce() -> str:
    """Return the nonce of the answer at hand, which is then not stored: a stored page would give it away."""
    if "nx_nonce" not in g:
        g.nx_nonce = secrets.token_urlsafe(16)
        page_cache.do_not_store()
    return g.nx_nonce


class InlineCodeExtension(Extension):
    """Prepares the inline code in the source of each template."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.globals["csp_nonce"] = nonce

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source of a template with its inline code made ready."""
        return INLINE.sub(_prepared, source)


def _prepared(match: re.Match[str]) -> str:
    if element := match["element"]:
        return f'<{element} nonce="{{{{ csp_nonce() }}}}"'
    if attribute := match["attribute"]:
        return f"data-inline-{attribute}"
    if script := match["script"]:
        return f"href={match['quote']}#{match['quote']} data-inline-href={match['quote']}{script}{match['quote']}"
    return match[0]
