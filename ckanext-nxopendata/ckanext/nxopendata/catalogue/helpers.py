"""Template helpers of the catalogue."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from babel import Locale
from ckanext.scheming.helpers import scheming_language_text
from flask import has_request_context
from markupsafe import Markup

from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.catalogue.schema import filing_rules
from ckanext.nxopendata.catalogue.schema.validators import split_texts
from ckanext.nxopendata.core import codelists, localised
from ckanext.nxopendata.core.display.helpers import HTML_LANGUAGES
from ckanext.nxopendata.core.language import reader_language


def nx_codelist_choices(field: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices of a schema field whose ``codelist`` names a code list, labelled in both languages.

    Of retired codes only those that the dataset or department of the page has: a form keeps what it cannot offer.
    """
    codes = codelists.load(field["codelist"]).values()
    stored = _stored_codes(field) if any(code.status != codelists.CURRENT for code in codes) else []
    return [
        {"value": code.code, "label": {"zh_Hans_CN": code.label_zh, "en": code.label_en or code.label_zh}}
        for code in codes
        if code.status == codelists.CURRENT or code.code in stored
    ]


def _stored_codes(field: dict[str, Any]) -> list[str]:
    identifier = (tk.request.view_args or {}).get("id") if has_request_context() else None
    stored: Any = (model.Package.get(identifier) or model.Group.get(identifier)) if identifier else None
    return split_texts(str((stored.extras or {}).get(field.get("field_name")) or "")) if stored else []


def nx_codelist_tree(name: str) -> list[dict[str, Any]]:
    """The current entries of a code list with levels, each after its parent: ``code, label, parent, depth``."""
    return [
        {
            "code": code.code,
            "label": code.label(reader_language()),
            "parent": code.parent,
            "depth": len(codelists.ancestors(name, code.code)) - 1,
        }
        for code in codelists.load(name).values()
        if code.status == "current"
    ]


def nx_used_columns(rows: Any) -> list[str]:
    """The fields that at least one row of a table has."""
    return [*dict.fromkeys(key for row in rows or () if isinstance(row, dict) for key, value in row.items() if value)]


def nx_languages() -> tuple[str, ...]:
    """The languages of localised fields, the required one first."""
    return config.languages()


def nx_language_name(language: str) -> str:
    """The name of a language (BCP 47) in the reader's: 英语, English."""
    return Locale.parse(language, sep="-").get_display_name(reader_language()) or language


def nx_lang(texts: Any) -> Markup:
    """The ``lang`` attribute of the element that shows a localised value; empty in the reader's own language."""
    text, language = localised.choose(localised.parse(texts), reader_language())
    if not text or language == reader_language().split("_")[0]:
        return Markup("")
    return Markup(' lang="{}"').format(HTML_LANGUAGES.get(language, language))


def nx_needed_field(field: dict[str, Any], entity_type: str) -> dict[str, Any]:
    """A field of the form; its label says so if a dataset is not registered without it.

    What cannot even be saved without is marked by CKAN's own star.
    """
    needed = set(filing_rules.REQUIRED) - {"owner_org"}
    if entity_type != "dataset" or field.get("required") or field["field_name"] not in needed:
        return field
    label = tk._("{label} (needed to register)").format(label=scheming_language_text(field["label"]))
    return field | {"label": label}


def nx_form_texts(data: dict[str, Any], field_name: str) -> dict[str, str]:
    """The texts of a localised field for its form: what was just typed, else what is stored."""
    prefix = f"{field_name}-"
    typed = {key.removeprefix(prefix): value for key, value in data.items() if str(key).startswith(prefix)}
    if typed:
        return typed
    try:
        return localised.parse(data.get(field_name))
    except localised.LocalisedValueError:
        return {}


def nx_form_tags(data: dict[str, Any], field_name: str) -> dict[str, str]:
    """The tags of each language for the form, separated: what was just typed, else what is stored."""
    prefix = f"{field_name}-"
    typed = {key.removeprefix(prefix): value for key, value in data.items() if str(key).startswith(prefix)}
    if typed:
        return typed
    try:
        lists = localised.parse_lists(data.get(field_name))
    except localised.LocalisedValueError:
        lists = {}
    own = [tag["name"] for tag in data.get("tags") or () if isinstance(tag, dict) and tag.get("name")]
    lists.setdefault(localised.DEFAULT, own)
    return {language: "、".join(texts) for language, texts in lists.items()}
