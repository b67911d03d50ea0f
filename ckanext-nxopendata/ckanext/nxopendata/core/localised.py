"""Localised values: one text in several languages, kept as ``{"zh": ..., "en": ...}``."""

import csv
import io
import json
import re
from functools import cache
from importlib import resources
from typing import Any

from ckanext.nxopendata.core.edge import payload

DEFAULT = "zh"
"""The language a plain string is in, and the one that must be there."""

USUAL = ("zh", "en")
"""The languages of a site that says nothing else (``ckanext.nxopendata.catalogue.languages``)."""


class LocalisedValueError(ValueError):
    """The value is neither a text nor texts by language."""


def parse(value: Any) -> dict[str, str]:
    """Read what a caller may send for a localised field.

    Args:
        value: a mapping of language to text, the JSON of one, or a plain string, which is in the
            default language. None and "" give an empty mapping.

    Returns:
        Texts by language, stripped, without the empty ones.

    Raises:
        LocalisedValueError: a list, a number, or a text that is not a string.
    """
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        value = _from_json(value)
    if not isinstance(value, dict):
        raise LocalisedValueError(value)
    texts: dict[str, str] = {}
    for language, text in value.items():
        if not isinstance(text, str | None):
            raise LocalisedValueError(value)
        if text and text.strip():
            texts[language] = text.strip()
    return texts


def _from_json(text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return payload.parse_json(text)
        except ValueError:
            pass
    return {DEFAULT: text}


def dump(texts: dict[str, str] | dict[str, list[str]]) -> str:
    """Return the JSON that is stored: the usual languages first, in a fixed order, so that equal values are equal."""
    order = [*USUAL, *sorted(set(texts) - set(USUAL))]
    return json.dumps({key: texts[key] for key in order if key in texts}, ensure_ascii=False)


def parse_lists(value: Any) -> dict[str, list[str]]:
    """Read several texts by language, such as tags.

    Args:
        value: a mapping of language to a list, or to one text with separators (、，,；;); the JSON of one; a list
            or a plain string, which are in the default language.

    Returns:
        Lists by language without empty and repeated ones; languages without any are left out.

    Raises:
        LocalisedValueError: anything else.
    """
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        value = _from_json(value)
    if isinstance(value, list):
        value = {DEFAULT: value}
    if not isinstance(value, dict):
        raise LocalisedValueError(value)
    lists = {language: _list(texts) for language, texts in value.items()}
    return {language: texts for language, texts in lists.items() if texts}


SEPARATORS = re.compile(r"[、，,；;\n]+")


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        value = SEPARATORS.split(value)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise LocalisedValueError(value)
    return [*dict.fromkeys(text.strip() for text in value if text.strip())]


def choose(texts: dict[str, str], language: str) -> tuple[str, str]:
    """Return the text for a reader and the language it is in.

    Args:
        texts: texts by language.
        language: the reader's locale, such as ``zh_Hans_CN`` or ``en_GB``.

    Returns:
        ``(text, language)``; falls back to the default language, then to any. ``("", DEFAULT)`` when empty.
    """
    for wanted in (language, language.split("_")[0], DEFAULT, *texts):
        if texts.get(wanted):
            return texts[wanted], wanted
    return "", DEFAULT


def simplify(text: str) -> str:
    """Return a text with its Traditional characters replaced by Simplified ones, character by character."""
    return text.translate(_table())


@cache
def _table() -> dict[int, str]:
    file = resources.files("ckanext.nxopendata.schemas") / "languages" / "traditional.csv"
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    return {ord(row["traditional"]): row["simplified"] for row in rows}
