"""The table "all metadata" of a dataset: which field stands in which group, and how its value reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "catalogue",
        (
            "nx_resource_code",
            "nx_class_code",
            "nx_provider_unit",
            "nx_format_category",
            "nx_format_type",
            "nx_theme",
            "nx_industry",
            "nx_related_codes",
            "nx_publish_date",
            "nx_update_cycle",
        ),
    ),
    (
        "sharing",
        (
            "nx_share_type",
            "nx_share_condition",
            "nx_share_method_category",
            "nx_share_method",
            "nx_is_open",
            "nx_open_condition",
            "nx_license_verbatim",
        ),
    ),
    ("coverage", ("nx_region", "nx_temporal_start", "nx_temporal_end")),
    ("contact", ("nx_contact_name", "nx_contact_phone", "nx_contact_email")),
)
"""Group -> its fields, in the order of 发改高技〔2017〕1272号. A field of the schema that stands in none is "other"."""

ELSEWHERE = frozenset(
    {
        "title_translated",
        "notes_translated",
        "name",
        "title",
        "notes",
        "tag_string",
        "owner_org",
        "license_id",
        "nx_items",
        "url",
    }
)
"""Fields the page shows in a place of their own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the field's name, its label and its values, already readable."""

    field: str
    label: str
    values: tuple[str, ...]


def group_fields(
    fields: Iterable[Mapping[str, Any]],
    dataset: Mapping[str, Any],
    *,
    text: Callable[[Any], str],
    code: Callable[[str, str], str],
) -> list[tuple[str, list[Row]]]:
    """The groups that have something to show.

    Args:
        fields: the schema's fields as ckanext-scheming reads them.
        dataset: the dataset as ``package_show`` gives it.
        text: makes one string of a label by language.
        code: the label of ``(code list, code)``.

    Returns:
        ``[(group, rows)]``; the groups are those of ``GROUPS`` and ``other``.
    """
    by_name = {field["field_name"]: field for field in fields if field["field_name"] not in ELSEWHERE}
    placed = {name for _, names in GROUPS for name in names}
    plan = [*GROUPS, ("other", tuple(name for name in by_name if name not in placed))]
    result = []
    for group, names in plan:
        rows = []
        for name in names:
            field = by_name.get(name)
            if field and (values := readable(field, dataset.get(name), text=text, code=code)):
                rows.append(Row(name, text(field.get("label", name)), values))
        if rows:
            result.append((group, rows))
    return result


def readable(
    field: Mapping[str, Any], value: Any, *, text: Callable[[Any], str], code: Callable[[str, str], str]
) -> tuple[str, ...]:
    """The value of a field as strings; empty when there is nothing to show (structured values are not)."""
    values = value if isinstance(value, list) else [value]
    plain = [str(one).strip() for one in values if isinstance(one, str | int | float) and str(one).strip()]
    if codelist := field.get("codelist"):
        return tuple(code(codelist, one) for one in plain)
    labels = {str(choice["value"]): text(choice["label"]) for choice in field.get("choices") or ()}
    return tuple(labels.get(one, one) for one in plain)
