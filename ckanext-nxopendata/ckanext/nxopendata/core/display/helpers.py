"""Template helpers that the pages of every room use: localised values, codes, departments, dates, numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import ckan.model as model
import ckan.plugins.toolkit as tk
from markupsafe import Markup, escape

from ckanext.nxopendata.core import codelists, departments, localised
from ckanext.nxopendata.core.language import is_chinese, reader_language, zh_or_en

HAN = re.compile("[\u3400-\u9fff]")
HTML_LANGUAGES = {"zh": "zh-Hans", "en": "en"}


def nx_localised_html(texts: Any) -> Markup:
    """A localised value in the reader's language; marked with ``lang`` when it had to fall back."""
    text, language = localised.choose(localised.parse(texts), reader_language())
    if language == reader_language().split("_")[0]:
        return escape(text)
    return Markup('<span lang="{}">{}</span>').format(HTML_LANGUAGES.get(language, language), text)


def nx_licence_titles() -> list[tuple[str, str]]:
    """The licences of the site, id and title in the reader's language, by title; CKAN's helper has one language."""
    known = model.Package.get_license_register()
    titles = [(name, getattr(one, f"title_{zh_or_en()}", "") or tk._(one.title)) for name, one in known.items()]
    return sorted(titles, key=lambda pair: pair[1])


def nx_untranslated(text: Any) -> Markup:
    """A text of which there is no other language; marked with ``lang`` where it is Chinese on a page in English."""
    words, language = str(text if text is not None else ""), nx_lang_of(text)
    return Markup("<span{}>{}</span>").format(language, words) if language else escape(words)


def nx_lang_of(text: Any) -> Markup:
    """The ``lang`` attribute of the element that shows data as a department wrote it, by its characters.

    Empty for who reads Chinese, and of a text without Chinese characters.
    """
    if is_chinese() or not HAN.search(str(text or "")):
        return Markup("")
    return Markup(' lang="{}"').format(HTML_LANGUAGES["zh"])


def nx_text(record: dict[str, Any], field: str) -> Markup:
    """The localised ``field`` (``title``, ``notes``) of a dataset or department, with ``lang`` where it falls back."""
    return nx_localised_html(record.get(f"{field}_translated") or record.get(field) or record.get("name"))


def nx_department_title(name: str) -> str:
    """The title of a department in the reader's language; the name itself when there is none."""
    return departments.title(name, reader_language())


def nx_department_html(name: str) -> Markup:
    """The same, marked with ``lang`` when it had to fall back."""
    found = model.Group.get(name)
    return nx_localised_html(departments.texts(found.title or found.name, departments.extras(found)) if found else name)


def nx_departments() -> list[dict[str, Any]]:
    """All departments, each after the one above it: ``name, title`` in the reader's language, ``depth``."""
    return departments.tree(reader_language())


def nx_code_label(codelist: str, code: str) -> str:
    """The label of a code in the reader's language."""
    return codelists.label(codelist, code, reader_language())


def nx_date(value: Any) -> str:
    """``YYYY-MM-DD`` in the site's time zone of a timestamp CKAN gives (UTC); a plain date stays; "" when empty."""
    if not value:
        return ""
    text = str(value)
    if len(text) <= 10:
        return text
    moment = datetime.fromisoformat(text.removesuffix("Z"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(_time_zone()).date().isoformat()


def _time_zone() -> ZoneInfo:
    zone = tk.config.get("ckan.display_timezone")
    return ZoneInfo(zone if zone and zone != "server" else "Asia/Shanghai")


def nx_person(name: str) -> str:
    """A person as a log kept the name; what the site did by itself was done by the system."""
    return tk._("The system") if name == tk.config["ckan.site_id"] else name


def nx_number(number: int) -> str:
    """A number with separators: 12,345."""
    return f"{number:,}"


def nx_bytes(size: Any) -> str:
    """A file size for people, powers of 1,000 as in the file managers of today; "" when it is not known."""
    try:
        amount = float(size)
    except (TypeError, ValueError):
        return ""
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


def nx_page_numbers(page: int, last: int) -> list[int | None]:
    """The page numbers to offer, with None for a gap: 1 … 4 5 6 … 20."""
    wanted = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    numbers: list[int | None] = []
    for number in wanted:
        if numbers and number - (numbers[-1] or 0) == 2:
            numbers.append(number - 1)
        elif numbers and number - (numbers[-1] or 0) > 2:
            numbers.append(None)
        numbers.append(number)
    return numbers
