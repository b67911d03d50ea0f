"""What the filing rules say of a form while it is filled in: the same rules that registration asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.nxopendata.catalogue.schema import checks, data_items_form, filing_rules, messages
from ckanext.nxopendata.catalogue.schema.filing_rules import Finding
from ckanext.nxopendata.core import localised

LISTS = ("nx_theme", "nx_related_codes")


def find(form: Mapping[str, Any]) -> list[Finding]:
    """Return what keeps a dataset from being registered, what is still missing first.

    Args:
        form: what the form sends, or a dataset as ``package_show`` gives it.
    """
    dataset = _read(form)
    given = {name: value for name, value in dataset.items() if value not in (None, "", [])}
    return filing_rules.find_missing(given) + [
        finding for finding in filing_rules.check(given) if finding.level == filing_rules.ERROR
    ]


def describe(findings: list[Finding], fields: list[dict[str, Any]], language: str) -> list[dict[str, str]]:
    """Return findings as a page tells them: ``field``, its ``label`` and ``section``, and the ``text``.

    Args:
        fields: ``dataset_fields`` of the schema.
    """
    labels, sections = _by_field(fields, language)
    told: list[dict[str, str]] = []
    for finding in findings:
        name = _form_name(finding.field.split(".")[0])
        text = messages.finding_text(finding, language)
        entry = {"field": name, "label": labels.get(name, ""), "section": sections.get(name, ""), "text": text}
        if entry not in told:
            told.append(entry)
    return told


def list_sections(fields: list[dict[str, Any]], language: str) -> list[dict[str, str]]:
    """Return the sections of the form, ``id`` (of the heading) and ``label``, in their order."""
    sections = [field for field in fields if field.get("section") and field.get("form_snippet", "") is not None]
    return [
        {"id": section_id(field["field_name"]), "label": _in_language(field["section"], language)} for field in sections
    ]


def section_id(field_name: str) -> str:
    """The id of the heading of the section that begins with this field."""
    return f"section-{field_name}"


def _read(form: Mapping[str, Any]) -> dict[str, Any]:
    dataset = dict(form)
    data_items_form.items_from_form(dataset)
    for name in ("title", "notes"):
        typed = form.get(f"{name}_translated-{localised.DEFAULT}")
        if typed is not None:
            dataset[name] = str(typed).strip()
    for name in LISTS:
        dataset[name] = _list(dataset.get(name))
    if not isinstance(dataset.get("nx_items"), list):
        dataset["nx_items"] = []
    return dataset


def _list(value: Any) -> list[str]:
    if isinstance(value, str) and not value.startswith("["):
        return [part for part in value.replace("，", "、").replace(",", "、").split("、") if part.strip()]
    return checks.read_list(value)


def _form_name(name: str) -> str:
    return f"{name}_translated" if name in ("title", "notes") else name


def _by_field(fields: list[dict[str, Any]], language: str) -> tuple[dict[str, str], dict[str, str]]:
    labels: dict[str, str] = {}
    sections: dict[str, str] = {}
    section = ""
    for field in fields:
        name = field["field_name"]
        section = section_id(name) if field.get("section") else section
        labels[name], sections[name] = _in_language(field.get("label"), language), section
    return labels, sections


def _in_language(texts: Any, language: str) -> str:
    if not isinstance(texts, Mapping):
        return str(texts or "")
    return str(texts.get("zh_Hans_CN" if language.startswith("zh") else "en") or "")
