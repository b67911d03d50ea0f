"""Documents as PDF by WeasyPrint, which may load nothing from anywhere. Plain module."""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment, select_autoescape

from ckanext.nxopendata.register.official_tables.content import Table

TEMPLATE = resources.files("ckanext.nxopendata.register.official_tables") / "printed.html"


def document(*tables: Table) -> bytes:
    """The tables, each on pages of its own, A4 landscape, the head repeated on each page."""
    environment = Environment(autoescape=select_autoescape(default=True, default_for_string=True))
    html = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(tables=tables)
    return from_html(html)


def from_html(html: str) -> bytes:
    """A whole HTML document as PDF."""
    import weasyprint  # loads Pango from the system: whoever asks for no PDF needs none

    return weasyprint.HTML(string=html, url_fetcher=_nothing).write_pdf() or b""


def _nothing(url: str, *_more: Any, **_options: Any) -> Any:
    raise ValueError(f"not loaded: {url}")
